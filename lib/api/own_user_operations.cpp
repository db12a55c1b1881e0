#include "api/own_user_operations.hpp"

#include "api/session_operations.hpp"
#include "api/shared_schemas.hpp"

namespace watchword::api::own_user_operations {
namespace {

using http::method;
using http::status;

schema current_password()
{
    return text(1, schema::unlimited, "password");
}

operation make_change_password()
{
    operation o;
    o.method = method::put;
    o.path = "/v1/users/me/password";
    o.id = "changePassword";
    o.group = "Account";
    o.summary = "Change the own password";
    o.description = "All sessions end, and this client goes on in a new one.";
    o.who = access::token;
    o.body = object_of({{"current_password", current_password()}, {"new_password", password_schema()}});
    o.answers = {{status::ok, "It was changed; the new session's tokens.", session_operations::grant_schema()},
                 no_content("It was changed, but no session could be begun: sign in.")};
    o.problems = {status::forbidden, status::too_many_requests};
    return o;
}

operation make_remove()
{
    operation o;
    o.method = method::delete_;
    o.path = "/v1/users/me";
    o.id = "deleteAccount";
    o.group = "Account";
    o.summary = "Delete the own account";
    o.description = "Nothing that is kept about the user is left, but for what the audit log says.";
    o.who = access::token;
    o.body = object_of({{"password", current_password()}});
    o.answers = {no_content("The account is gone.")};
    o.problems = {status::forbidden, status::too_many_requests, status::conflict};
    return o;
}

} // namespace

const operation& change_password()
{
    static const auto o = make_change_password();
    return o;
}

const operation& remove()
{
    static const auto o = make_remove();
    return o;
}

} // namespace watchword::api::own_user_operations
