#pragma once

#include "accounts/accounts.hpp"
#include "accounts/actor.hpp"
#include "accounts/administration_problem.hpp"
#include "accounts/api_keys.hpp"
#include "accounts/permissions.hpp"
#include "accounts/role_permissions.hpp"
#include "accounts/roles.hpp"
#include "accounts/sessions.hpp"
#include "accounts/told_changes.hpp"
#include "store/audit.hpp"
#include "store/people.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What administrators do with users, and users with their own profiles. Knows neither HTTP nor SQL.
namespace watchword::accounts {

using store::audit_event;
using store::audit_filter;
using store::people_filter;
using store::person;

inline constexpr std::size_t metadata_limit = 16 * 1024;

// What stands for a person as he is now: it differs if anything differs that people see of him, whoever has changed it.
// 22 characters of base64url.
std::string version_of(const person&);

// `metadata`: the text of a JSON object, which is stored as boost::json::serialize would write it.
struct new_person {
    std::string email;
    core::secret_string password;
    std::optional<std::string> name{}; // empty: none
    std::vector<std::string> roles{};
    std::optional<std::string> metadata{};
    bool disabled = false;
};

// What is not there stays as it is.
struct person_change {
    std::optional<std::string> email{};
    std::optional<std::string> name{}; // empty: none
    std::optional<std::string> metadata{};
    std::optional<bool> disabled{};
    std::optional<std::vector<std::string>> roles{};
    std::optional<core::secret_string> password{};
};
struct profile_change {
    std::optional<std::string> name{}, metadata{}; // as above
};

// The first problem, if there is one; besides what the password policy says.
std::optional<field_problem> find_problem(const new_person&);
std::optional<field_problem> find_problem(const person_change&);
std::optional<field_problem> find_problem(const profile_change&);

// `next`: to be given for what follows; nothing at the end.
struct people_page {
    std::vector<person> people;
    std::optional<std::int64_t> next{};
};
struct audit_page {
    std::vector<audit_event> events;
    std::optional<std::int64_t> next{};
};

// Each change is one transaction together with the event in the audit log that tells of it. What makes tokens invalid
// is told to the observer before the caller is answered, as user_changes does it. Thread-safe. Everything referred to
// must outlive it.
//
// Errors of all members besides those named: overloaded, timed_out, unavailable, cancelled; after one of these it is
// not known whether a change was made. invalid_input is what find_problem explains.
class administration {
public:
    // Of the settings, `kept_after_end` and `tutorial` count.
    administration(const session_settings&, service&, sessions&, store::database&, const core::clock&,
                   core::random_source&, session_observer* = nullptr);

    // --- users
    core::task<core::result<people_page>> list(people_filter, std::optional<std::int64_t> after, std::size_t limit);
    core::task<core::result<person>> find(std::string public_id); // not_found
    core::task<core::result<std::int64_t>> count();
    // invalid_input; a weakness; already_exists: somebody has that address, or one that differs by case or Unicode form
    // only; administration_problem::beyond_own.
    core::task<core::result<person>> create(actor, new_person);
    // `versions`: the person is changed only if version_of him is one of these; see versions.hpp. All sessions of the
    // user end with a new address, a new password and when he is disabled; with new roles, too, older access tokens are
    // good for nothing. Errors as create(); not_found; administration_problem::outdated, last_admin. The new state.
    core::task<core::result<person>> update(actor, std::string public_id, person_change,
                                            std::vector<std::string> versions = {});
    // Nothing that we keep about the user is left, but for events in the audit log. not_found;
    // administration_problem::outdated, last_admin, beyond_own.
    core::task<core::result<void>> remove(actor, std::string public_id, std::vector<std::string> versions = {});

    // --- users' sessions: not_found
    core::task<core::result<std::vector<session_info>>> list_sessions(std::string public_id);
    core::task<core::result<void>> end_session(actor, std::string public_id, std::string session);
    // How many; and no access token of before is good.
    core::task<core::result<std::size_t>> end_sessions(actor, std::string public_id);

    // --- the profile of whoever asks: not_found
    core::task<core::result<person>> find_own(std::string public_id) { return find(std::move(public_id)); }
    // invalid_input; `versions` as of update(). The new state.
    core::task<core::result<person>> update_own(actor, std::string public_id, profile_change,
                                                std::vector<std::string> versions = {});

    // --- the first administrator
    // Whether no enabled user has the role admin.
    core::task<core::result<bool>> find_first_admin_needed();
    // As create(), with the role admin, for whoever has shown that the server is his (actor_kind::system). Of several
    // at once, one succeeds. administration_problem::is_set_up.
    core::task<core::result<person>> create_first_admin(actor, new_person);

    // --- roles and what they permit; see role_permissions.hpp
    core::task<core::result<std::vector<role>>> list_roles() { return roles_.list(); }
    core::task<core::result<role>> set_role(actor, std::string name, std::vector<std::string> permissions,
                                            std::vector<std::string> versions = {});
    core::task<core::result<void>> remove_role(actor, std::string name, std::vector<std::string> versions = {});
    core::task<core::result<permission_set>> permissions_of(std::vector<std::string> roles)
    {
        return roles_.permissions_of(std::move(roles));
    }

    // --- API keys; see api_keys.hpp
    core::task<core::result<made_api_key>> create_api_key(actor, new_api_key);
    core::task<core::result<std::vector<api_key>>> list_api_keys() { return api_keys_.list(); }
    core::task<core::result<void>> revoke_api_key(actor, std::string id);
    core::task<core::result<api_key_identity>> check_api_key(std::string_view key) { return api_keys_.check(key); }

    // --- the audit log
    core::task<core::result<audit_page>> list_audit(audit_filter, std::optional<std::int64_t> before,
                                                    std::size_t limit);
    // For changes that are made elsewhere, such as "signing_key.rotated".
    core::task<core::result<void>> note(actor, std::string action, std::string subject,
                                        boost::json::object details = {});

private:
    struct outcome;
    enum class addition { ordinary, first_admin };

    core::task<core::result<person>> add(actor, new_person, addition);
    core::task<core::result<std::string>> hash_for(const actor&, const std::string& public_id, person_change&);
    core::result<outcome> change(store::session&, const actor&, const person& seen, const person_change&,
                                 const std::string& hash, core::precise_timestamp now);
    core::task<core::result<person>> finish(outcome, core::precise_timestamp when);

    service& service_;
    sessions& sessions_;
    store::database& database_;
    const core::clock& clock_;
    core::random_source& random_;
    told_changes changes_;
    role_permissions roles_;
    api_keys api_keys_;
};

} // namespace watchword::accounts
