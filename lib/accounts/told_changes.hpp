#pragma once

#include "accounts/tutorial_tokens.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/task.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <string>
#include <type_traits>

namespace watchword::accounts {

struct ended_sessions;
class session_observer;
enum class end_reason;

// Changes that make tokens invalid, of which an observer is told before whoever asked is answered. Thread-safe.
// Everything referred to must outlive it.
class told_changes {
public:
    told_changes(const tutorial_tokens&, store::database&, const core::clock&, session_observer*);

    // As database::write; tells if nobody knows whether it was done. `work` may refer to the caller's locals.
    template <class Work> core::task<std::invoke_result_t<Work&, store::session&>> write(Work work)
    {
        auto done = co_await database_.write(work);
        if (!done && done.error() == core::errc::unavailable) tell_unknown();
        co_return done;
    }
    void tell(const ended_sessions&) const;

    core::timestamp tutorial_until(core::precise_timestamp now) const noexcept { return rule_.revoked_until(now); }

    // A user whose generation was raised, which is durable and was told.
    struct raised {
        std::int64_t user_id = 0;
        std::string public_id;
        std::uint64_t generation = 0;
        core::precise_timestamp when{}; // that was stored
    };
    // Raises it again if the commit has taken too long for tutorial_tokens. The generation that it is now. Errors as
    // database::write: not all tokens that were issued meanwhile are revoked.
    core::task<core::result<std::uint64_t>> settle(raised, end_reason);

private:
    void tell_unknown() const;

    const tutorial_tokens rule_;
    store::database& database_;
    const core::clock& clock_;
    session_observer* const observer_; // or null
};

} // namespace watchword::accounts
