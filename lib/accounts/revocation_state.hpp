#pragma once

#include "core/clock.hpp"
#include "core/read_epochs.hpp"
#include "core/rising_map.hpp"
#include "core/siphash.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>

namespace watchword::accounts {

using session_id = std::array<char, 16>;

// What a change left behind of a user, and of a session that ended. `until`: no token that was issued before is valid
// then or later.
struct user_change {
    std::string_view public_id;
    std::uint64_t generation = 0;
    bool disabled = false;
    core::timestamp until{};
};
struct ended_session {
    session_id id{};
    core::timestamp until{};
};

// Of a verified token, what tells whether it was revoked. Made once and kept with it.
struct token_marks {
    core::hashed_key user;
    std::optional<core::hashed_key> session;
    std::uint64_t generation = 0;
    core::timestamp expires{};
};

// Which tokens were revoked, by all that is known of the database's changes, in memory. A token is revoked if its
// generation is below its user's, if its user is disabled, or if its session has ended. Thread-safe.
//
// Once a change has returned, no check that begins later, on any thread, says `valid`; one that was under way may say
// either. Checks take no locks, do not wait for changes and do not allocate, but for a thread's first one.
//
// A user's last change is the one with the highest generation; of two with the same, the one that disables. So changes
// may come in any order, late and repeated, from the database and from the feed at once; and who enables a user again
// has to raise the generation.
class revocation_state {
public:
    using time_point = std::chrono::steady_clock::time_point;
    enum class answer {
        valid,
        revoked,
        unknown, // ask the database
    };
    // No token has a higher one. Users who are raised above it have no valid tokens: it does not begin again at 0.
    static constexpr std::uint64_t highest_generation = std::numeric_limits<std::uint64_t>::max() >> 1;

    // Nothing is trusted at first. `secret` comes from a random source.
    explicit revocation_state(core::siphash_key secret);

    // A token that has no generation, and can be revoked only by disabling its user or ending its session, has
    // highest_generation.
    token_marks marks_of(std::string_view public_id, std::uint64_t generation, const std::optional<session_id>&,
                         core::timestamp expires) const noexcept;

    // Of a token that was found neither forged nor expired. `now`: a steady clock's, read for this check.
    answer check(const token_marks&, time_point now) const;
    // The same, now: that clock is read only while trust has an end.
    answer check(const token_marks&) const;

    // Changes. After std::bad_alloc nothing is trusted until everything was loaded again.
    void raise_generation(std::string_view public_id, std::uint64_t generation, core::timestamp until);
    // For tokens of every generation, until it is raised again. A deleted user is disabled at highest_generation.
    void disable(std::string_view public_id, std::uint64_t generation, core::timestamp until);
    void end_session(const session_id&, core::timestamp until);
    // Many at once, as the database has them; other changes wait meanwhile, so rather some thousand than all.
    void load(std::span<const user_change>);
    void load(std::span<const ended_session>);

    // Drops what mattered until `now` or before; to be called now and then. Of tokens that expire until `now` checks
    // say `unknown` from then on, in case that a clock was wrong. std::bad_alloc: some of it is kept for now.
    void forget_before(core::timestamp now);

    // Whether all of that can be trusted, for one party to say: the one that hears of other nodes' changes.
    // Every check says `unknown` until trust_until().
    void distrust();
    // The same; and all that matters will be loaded before trust_until(), what was forgotten too.
    void begin_loading();
    // Checks are answered if their time is before that one: a feed that confirms nothing in time is no longer trusted,
    // whatever keeps it from saying so. time_point::max(): until distrust(). False, and nothing happens, if something
    // is missing that only begin_loading() brings.
    bool trust_until(time_point);

    struct figures {
        std::size_t users = 0, sessions = 0, bytes = 0;
    };
    figures count() const;

private:
    // A user's number: twice the generation, and 1 if disabled.
    static constexpr std::uint64_t disabled = 1;
    static constexpr std::uint64_t ended = 1; // a session's number

    template <class Now> answer check_at(const token_marks&, Now) const;
    template <class Change> void change(Change);
    void raise(const user_change&);
    void raise(const ended_session&);
    bool matters(core::timestamp until) const noexcept;
    bool is_forgotten(core::timestamp expires) const noexcept;
    void stop_trusting() noexcept;

    const core::siphash_key secret_;
    mutable core::read_epochs epochs_;
    mutable std::mutex mutex_;          // taken by changes
    core::rising_map users_, sessions_; // changed under mutex_
    bool is_complete_ = false;          // guarded by mutex_
    // Rises when trust begins and ends; odd: there is none. Stored under mutex_, as are the next two.
    std::atomic<std::uint64_t> trust_{1};
    std::atomic<time_point::rep> trusted_until_{time_point::min().time_since_epoch().count()};
    std::atomic<core::timestamp::rep> forgotten_until_{core::timestamp::min().time_since_epoch().count()};
};

} // namespace watchword::accounts
