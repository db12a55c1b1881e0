#pragma once

#include "accounts/tutorial_tokens.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/task.hpp"
#include "store/database.hpp"
#include "store/sessions.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace watchword::accounts {

struct ended_sessions;
struct session_settings;
class session_observer;
enum class end_reason;

// Changes that make tokens invalid, of which an observer is told before whoever asked is answered. Thread-safe.
// Everything referred to must outlive it.
class told_changes {
public:
    // Of the settings, `tutorial` and `kept_after_end` count.
    told_changes(const session_settings&, store::database&, const core::clock&, session_observer*);

    // As database::write; tells if nobody knows whether it was done. `work` may refer to the caller's locals.
    template <class Work> core::task<std::invoke_result_t<Work&, store::session&>> write(Work work)
    {
        auto done = co_await database_.write(work);
        if (!done && done.error() == core::errc::unavailable) tell_unknown();
        co_return done;
    }
    void tell(const ended_sessions&) const;

    core::timestamp tutorial_until(core::precise_timestamp now) const noexcept { return rule_.revoked_until(now); }
    // How sessions end now, and for how long their rows are kept.
    store::session_end make_end(end_reason, core::precise_timestamp now) const;

    // A user whose generation was raised, which is durable.
    struct raised {
        std::int64_t user_id = 0;
        std::string public_id;
        std::uint64_t generation = 0;
        core::precise_timestamp when{}; // that was stored
    };
    // Tells it, and which sessions have ended with it; and raises it again if the commit has taken too long for
    // tutorial_tokens. The generation that it is now. Errors as database::write: not all tokens that were issued
    // meanwhile are revoked.
    core::task<core::result<std::uint64_t>> settle(raised, std::vector<std::string> ended, end_reason);

private:
    void tell_unknown() const;

    const tutorial_tokens rule_;
    const std::chrono::seconds kept_after_end_;
    store::database& database_;
    const core::clock& clock_;
    session_observer* const observer_; // or null
};

} // namespace watchword::accounts
