#pragma once

#include "accounts/revocation_state.hpp"
#include "accounts/sessions.hpp"
#include "core/clock.hpp"
#include "core/random.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace watchword::accounts {

// The bytes of an id as texts have it (session_info::id); nothing if it is none.
std::optional<session_id> read_session_id(std::string_view text);

// Which tokens this process has revoked, of both kinds: those of sessions under /v1 and those of the tutorial. What
// others have changed in the database is store::change_counters' to tell. Thread-safe. The clock must outlive it.
class revocations final : public session_observer {
public:
    // Tokens that are issued now expire within that time, by any clock of several servers.
    struct lifetimes {
        std::chrono::seconds access{900}, tutorial{1800};
    };

    revocations(const lifetimes&, const core::clock&, core::random_source&);

    token_marks marks_of(std::string_view public_id, std::uint64_t generation, const std::optional<session_id>& session,
                         core::timestamp expires) const noexcept
    {
        return state_.marks_of(public_id, generation, session, expires);
    }
    revocation_state::answer check(const token_marks& m) const { return state_.check(m); }
    // Rises when a user was revoked, before whoever did it is answered. A token without a session whose check() said
    // `valid` after this was read stays so while it has not risen.
    std::uint64_t user_changes() const noexcept { return user_changes_.load(std::memory_order_acquire); }
    // Rises when whoever remembers that a token is good must ask the database once more.
    std::uint64_t doubts() const noexcept { return doubts_.load(); }

    // To be called before the database is asked about a token that expires then. If it says yes, whoever revokes the
    // token does it later and finds the time here; so it need not be guessed from clocks, which may be set.
    void expect_access_token(core::timestamp expires) noexcept { raise(last_access_, expires); }
    void expect_tutorial_token(core::timestamp expires) noexcept { raise(last_tutorial_, expires); }

    void sessions_ended(const ended_sessions&) noexcept override;
    void outcome_unknown() noexcept override { doubts_.fetch_add(1); }

    // Drops what mattered to tokens that have expired; to be called now and then.
    void forget_expired();
    revocation_state::figures count() const { return state_.count(); }
    // Sessions that have ended for that reason since the start; one that is signed out of twice counts twice.
    std::uint64_t ended(end_reason why) const noexcept
    {
        return ended_[static_cast<std::size_t>(why)].load(std::memory_order_relaxed);
    }

private:
    using latest = std::atomic<core::timestamp::rep>;

    static void raise(latest&, core::timestamp) noexcept;
    static core::timestamp time_of(const latest& l) noexcept { return core::timestamp(std::chrono::seconds(l.load())); }
    void revoke(const ended_sessions&);

    const lifetimes lifetimes_;
    const core::clock& clock_;
    revocation_state state_;
    std::atomic<std::uint64_t> doubts_{0}, user_changes_{0};
    std::array<std::atomic<std::uint64_t>, end_reasons> ended_{};
    latest last_access_{0}, last_tutorial_{0}; // expiries of all tokens that a thread may remember
};

} // namespace watchword::accounts
