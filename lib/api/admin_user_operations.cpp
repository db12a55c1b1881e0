#include "api/admin_user_operations.hpp"

#include "accounts/accounts.hpp"
#include "api/person_json.hpp"
#include "api/session_operations.hpp"
#include "api/shared_schemas.hpp"

namespace watchword::api::admin_user_operations {
namespace {

using http::method;
using http::status;

operation with_permission(method m, std::string path, std::string id, std::string summary, std::string permission)
{
    auto o = admin_operation(m, std::move(path), std::move(id), std::move(summary), std::move(permission));
    o.group = "Users";
    if (o.path.find("{id}") != o.path.npos) {
        o.path_parameters = {{"id", text(1), "The user's id."}};
        o.problems = {status::not_found};
    }
    return o;
}

schema email()
{
    return text(1, accounts::email_limit, "email");
}
schema name()
{
    return text(0, accounts::name_limit).or_null();
}

operation make_list()
{
    auto o = with_permission(method::get, "/v1/admin/users", "listUsers", "List and search users", "users.read");
    o.query = {{"search", text(0, 256), "A part of the address or the name; a to z in either case."},
               {"role", text(1, 64), "Only who has this role."},
               {"disabled", boolean(), "Only who is, or is not."},
               limit_parameter(),
               cursor_parameter()};
    o.answers = {{status::ok, "A page, in the order in which users signed up.",
                  object_of({{"users", list_of(person_schema())}, {"next", next_schema()}})}};
    return o;
}

operation make_create()
{
    auto o = with_permission(method::post, "/v1/admin/users", "createUser", "Create a user", "users.write");
    o.body = object_of({{"email", email()},
                        {"password", password_schema()},
                        {"name", name(), false},
                        {"roles", roles_schema(), false},
                        {"metadata", metadata_schema(), false},
                        {"disabled", boolean(), false}});
    o.body_example = {{"email", "ada@example.org"}, {"password", "a long enough secret"}, {"roles", {"editor"}}};
    o.answers = {{status::created, "The new user; Location says where.", person_schema()}};
    o.problems = {status::conflict};
    o.keyed = true;
    o.preferring = true;
    return o;
}

operation make_show()
{
    auto o = with_permission(method::get, "/v1/admin/users/{id}", "showUser", "Show a user", "users.read");
    o.answers = {{status::ok, "With an ETag for If-Match.", person_schema()}};
    o.tagged = true;
    return o;
}

operation make_update()
{
    auto o = with_permission(method::patch, "/v1/admin/users/{id}", "updateUser", "Change a user", "users.write");
    o.description = "What is not given stays as it is. Sessions end with another address or password and when the user "
                    "is disabled; with other roles older access tokens are good for nothing.";
    o.body = object_of({{"email", email(), false},
                        {"name", name(), false},
                        {"metadata", metadata_schema(), false},
                        {"disabled", boolean(), false},
                        {"roles", roles_schema(), false},
                        {"password", password_schema(), false}});
    o.body_example = {{"name", "Ada"}};
    o.answers = {{status::ok, "The user as he is now.", person_schema()}};
    o.problems = {status::not_found, status::conflict};
    o.conditional = true;
    o.preferring = true;
    return o;
}

operation make_remove()
{
    auto o = with_permission(method::delete_, "/v1/admin/users/{id}", "deleteUser", "Delete a user", "users.write");
    o.answers = {no_content("Nothing that was kept about the user is left, but for the audit log.")};
    o.problems = {status::not_found, status::conflict};
    o.conditional = true;
    return o;
}

operation make_list_sessions()
{
    auto o = with_permission(method::get, "/v1/admin/users/{id}/sessions", "listUserSessions", "A user's sessions",
                             "sessions.read");
    o.answers = {{status::ok, "Those that live, the last used first.", session_operations::list_schema()}};
    return o;
}

operation make_end_sessions()
{
    auto o = with_permission(method::delete_, "/v1/admin/users/{id}/sessions", "endUserSessions",
                             "End all of a user's sessions", "sessions.end");
    o.answers = {no_content("They have ended: no token of before is accepted any more.")};
    return o;
}

operation make_end_session()
{
    auto o = with_permission(method::delete_, "/v1/admin/users/{id}/sessions/{session}", "endUserSession",
                             "End one of a user's sessions", "sessions.end");
    o.path_parameters.push_back({"session", text(1), "The session's id."});
    o.answers = {no_content("It has ended.")};
    return o;
}

} // namespace

const operation& list()
{
    static const auto o = make_list();
    return o;
}

const operation& create()
{
    static const auto o = make_create();
    return o;
}

const operation& show()
{
    static const auto o = make_show();
    return o;
}

const operation& update()
{
    static const auto o = make_update();
    return o;
}

const operation& remove()
{
    static const auto o = make_remove();
    return o;
}

const operation& list_sessions()
{
    static const auto o = make_list_sessions();
    return o;
}

const operation& end_sessions()
{
    static const auto o = make_end_sessions();
    return o;
}

const operation& end_session()
{
    static const auto o = make_end_session();
    return o;
}

} // namespace watchword::api::admin_user_operations
