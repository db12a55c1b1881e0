#include "api/session_operations.hpp"

#include "accounts/accounts.hpp"
#include "api/shared_schemas.hpp"

namespace watchword::api::session_operations {
namespace {

using http::method;
using http::status;

schema session_schema()
{
    return named("Session",
                 object_of({{"id", text(1)},
                            {"current", boolean().about("Whether it is the one that asks.")},
                            {"device", text().about("What its client calls itself.")},
                            {"address", text()},
                            {"created", time_schema()},
                            {"last_used", time_schema()},
                            {"expires", time_schema().about("Unless it is refreshed before.")},
                            {"amr", list_of(text()).about("How its user has proved who he is (RFC 8176).")}}));
}

operation ends(std::string path, std::string id, std::string summary)
{
    operation o;
    o.method = method::delete_;
    o.path = std::move(path);
    o.id = std::move(id);
    o.group = "Sessions";
    o.summary = std::move(summary);
    o.who = access::token;
    o.answers = {no_content("It has ended: none of its tokens is accepted any more.")};
    return o;
}

operation make_create()
{
    operation o;
    o.method = method::post;
    o.path = "/v1/sessions";
    o.id = "signIn";
    o.group = "Sessions";
    o.summary = "Sign in";
    o.description = "Which of address and password is wrong, nobody is told. With `cookies` the tokens go into cookies "
                    "only, where this server allows it.";
    o.body = object_of(
        {{"email", text(1)}, {"password", text(1, schema::unlimited, "password")}, {"cookies", boolean(), false}});
    o.body_example = {{"email", "ada@example.org"}, {"password", "correct horse battery"}};
    o.answers = {{status::created, "A session has begun.", grant_schema()}};
    o.problems = {status::unauthorized, status::forbidden, status::too_many_requests};
    o.keyed = true;
    return o;
}

operation make_refresh()
{
    operation o;
    o.method = method::post;
    o.path = "/v1/sessions/refresh";
    o.id = "refresh";
    o.group = "Sessions";
    o.summary = "Exchange a refresh token for new tokens";
    o.description = "A token is good once; a repeat within the grace period gets the same answer. Browsers with "
                    "cookies send no body.";
    o.body = object_of({{"refresh_token", text(1)}});
    o.answers = {{status::ok, "New tokens.", grant_schema()}};
    o.problems = {status::unauthorized, status::forbidden, status::too_many_requests};
    return o;
}

operation make_list()
{
    operation o;
    o.path = "/v1/sessions";
    o.id = "listSessions";
    o.group = "Sessions";
    o.summary = "Own sessions, the last used first";
    o.who = access::token;
    o.answers = {{status::ok, "Those that live.", list_schema()}};
    return o;
}

operation make_end_one()
{
    auto o = ends("/v1/sessions/{id}", "endSession", "End one session");
    o.path_parameters = {{"id", text(1), "A session's id, from the list."}};
    o.problems = {status::not_found};
    return o;
}

} // namespace

const schema& list_schema()
{
    static const schema s = object_of({{"sessions", list_of(session_schema())}});
    return s;
}

const schema& grant_schema()
{
    static const schema s = named(
        "Grant",
        object_of({{"access_token", text().about("Not with cookies."), false},
                   {"token_type", one_of({"Bearer"}), false},
                   {"expires_in", integer(0).about("Seconds.")},
                   {"expires_at", time_schema()},
                   {"refresh_token", text().about("Not with cookies."), false},
                   {"csrf_token", text().about("With cookies: for X-CSRF-Token."), false},
                   {"user", object_of({{"id", text(1)}, {"email", text().or_null()}, {"name", text().or_null()}})}}));
    return s;
}

const operation& create()
{
    static const auto o = make_create();
    return o;
}

const operation& list()
{
    static const auto o = make_list();
    return o;
}

const operation& refresh()
{
    static const auto o = make_refresh();
    return o;
}

const operation& end_current()
{
    static const auto o = ends("/v1/sessions/current", "signOut", "Sign out");
    return o;
}

const operation& end_others()
{
    static const auto o = ends("/v1/sessions/others", "endOtherSessions", "End all sessions but this one");
    return o;
}

const operation& end_all()
{
    static const auto o = ends("/v1/sessions/all", "endAllSessions", "End all sessions, this one too");
    return o;
}

const operation& end_one()
{
    static const auto o = make_end_one();
    return o;
}

} // namespace watchword::api::session_operations
