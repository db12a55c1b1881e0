#pragma once

#include "accounts/accounts.hpp"
#include "accounts/actor.hpp"
#include "accounts/sessions.hpp"
#include "accounts/told_changes.hpp"
#include "store/user_states.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::accounts {

// Changes of a user after which older tokens are good for nothing, of both kinds: once one was answered, no check that
// begins later accepts them, on any thread; other servers on the database notice as store::change_counters::foreign
// says. Each is one transaction, with its event in the audit log. Thread-safe. Everything referred to must outlive it.
//
// Errors of all members besides those named: overloaded, timed_out, unavailable, cancelled. After one of these it is
// not known whether the change was made.
class user_changes {
public:
    // `kept_after_end` and `tutorial` of the settings count.
    user_changes(const session_settings&, store::database&, const core::clock&, session_observer* = nullptr);

    // Both for who has proved the password in a session that is not over: all sessions end, this one too. not_found
    // and session_problem::ended: the user or the session is gone; user_disabled; outdated: the user was changed since
    // the proof.
    // `hash` takes the place of the one that was proved. The user's new generation, for a new session (S44).
    core::task<core::result<std::uint64_t>> change_password(const proven_user&, actor self, std::string hash,
                                                            std::string_view in_session);
    // Nothing that we keep about the user is left, but for events in the audit log. administration_problem::last_admin.
    core::task<core::result<void>> delete_user(const proven_user&, actor self, std::string_view in_session);

    // From the shell, which may do everything, the last administrator too. The new state; not_found: there is no such
    // user. Who is disabled has no sessions, and cannot sign in until he is enabled.
    core::task<core::result<store::user_state>> set_disabled(std::string public_id, bool disabled);
    // In place of those the user has, in access tokens from the next refresh on. invalid_input: see roles.hpp.
    core::task<core::result<store::user_state>> set_roles(std::string public_id, std::vector<std::string> roles);
    // `hash` takes the place of what was his password's; all sessions end.
    core::task<core::result<store::user_state>> set_password(std::string public_id, std::string hash);
    // As delete_user, without a proof.
    core::task<core::result<void>> remove_user(std::string public_id);

private:
    core::task<core::result<store::user_state>> finish(store::user_state, std::string public_id,
                                                       std::vector<std::string> ended, end_reason,
                                                       core::precise_timestamp when);

    const core::clock& clock_;
    told_changes changes_;
};

} // namespace watchword::accounts
