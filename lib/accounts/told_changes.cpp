#include "accounts/told_changes.hpp"

#include "accounts/security_events.hpp"
#include "accounts/sessions.hpp"
#include "store/user_states.hpp"

namespace watchword::accounts {

told_changes::told_changes(const session_settings& s, store::database& d, const core::clock& c, session_observer* o)
    : rule_(s.tutorial), kept_after_end_(s.kept_after_end), database_(d), clock_(c), observer_(o)
{}

void told_changes::tell(const ended_sessions& e) const
{
    if (e.ids.empty() && !e.generation) return;
    if (observer_ != nullptr) observer_->sessions_ended(e);
    tell_ended(e);
}

void told_changes::tell_unknown() const
{
    if (observer_ != nullptr) observer_->outcome_unknown();
}

store::session_end told_changes::make_end(end_reason why, core::precise_timestamp now) const
{
    return {now, std::string(name_of(why)), now + kept_after_end_};
}

core::task<core::result<std::uint64_t>> told_changes::settle(raised r, std::vector<std::string> ended, end_reason why)
{
    tell({r.public_id, ended, why, r.generation});
    const std::vector<std::string> none;
    while (!tutorial_tokens::was_in_time(r.when, clock_.now())) {
        r.when = clock_.precise_now();
        const auto raise = [&](store::session& s) {
            return store::raise_generation(s, r.user_id, r.when, rule_.revoked_until(r.when));
        };
        const auto again = co_await write(raise);
        if (!again && again.error() == core::errc::not_found) break; // the user is gone, and all tokens with him
        if (!again) co_return again.error();
        r.generation = static_cast<std::uint64_t>(again->generation);
        tell({r.public_id, none, why, r.generation});
    }
    co_return r.generation;
}

} // namespace watchword::accounts
