#include "accounts/security_events.hpp"

#include "accounts/accounts.hpp"
#include "accounts/session_problem.hpp"
#include "accounts/sessions.hpp"
#include "core/log.hpp"
#include "store/audit.hpp"
#include "store/session.hpp"

namespace watchword::accounts {
namespace {

using core::log::level;

// Empty: nothing was judged.
std::string_view reason_of(const core::error_code& why, std::string_view user) noexcept
{
    if (why == core::errc::not_found) return "no_such_user";
    if (why == core::errc::wrong_password) return user.empty() ? "no_such_user" : "wrong_password";
    if (why == session_problem::user_disabled) return "user_disabled";
    return {};
}

void tell(const client& who, std::string_view event, std::string_view message, std::string_view reason,
          std::string_view user) noexcept
try {
    const auto address = who.address ? who.address->to_string() : "unix";
    core::log::security(level::info, event, message,
                        {{"reason", reason},
                         {"user", user},
                         {"remote", address},
                         {"request_id", who.request_id},
                         {"trace_id", who.trace_id}});
} catch (...) { // out of memory
}

} // namespace

void tell_sign_in(const client& who, std::string_view user, const core::error_code& outcome) noexcept
{
    if (!outcome) return tell(who, "sign_in.succeeded", "somebody signed in", {}, user);
    const auto reason = reason_of(outcome, user);
    if (!reason.empty()) tell(who, "sign_in.failed", "somebody could not sign in", reason, user);
}

void tell_sign_up(const client& who, const core::result<std::string>& user, existence shown) noexcept
{
    if (!user) {
        if (user.error() == core::errc::already_exists)
            tell(who, "sign_up.taken", "somebody signed up with an address that is known", {}, {});
        return;
    }
    if (shown == existence::hidden)
        return tell(who, "sign_up.answered", "somebody signed up; whether the address was free is hidden", {}, {});
    tell(who, "sign_up.succeeded", "somebody signed up", {}, *user);
}

void tell_ended(const ended_sessions& e) noexcept
{
    core::log::security(level::info, e.generation ? "tokens.revoked" : "sessions.ended",
                        e.generation ? "all tokens of a user were revoked" : "sessions have ended",
                        {{"user", e.public_id}, {"count", e.ids.size()}, {"reason", name_of(e.why)}});
}

void tell_when_durable(store::session& s, const store::audit_event& e, std::string_view trace_id)
{
    s.after_commit([e, trace = std::string(trace_id)] {
        core::log::security(level::info, e.action, "an entry was added to the audit log",
                            {{"audit_id", e.id},
                             {"actor_kind", e.actor_kind},
                             {"actor", e.actor_id},
                             {"subject", e.subject},
                             {"details", e.details == "{}" ? std::string_view() : std::string_view(e.details)},
                             {"remote", e.address},
                             {"request_id", e.request_id},
                             {"trace_id", trace}});
    });
}

} // namespace watchword::accounts
