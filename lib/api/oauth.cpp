#include "api/oauth.hpp"

#include "api/introspection_text.hpp"
#include "api/oauth_error.hpp"
#include "http/middleware.hpp"
#include "http/query.hpp"

#include <string>
#include <utility>
#include <vector>

namespace watchword::api {
namespace {

using core::errc;
using http::form;
using http::response;
using http::status;

constexpr std::string_view json_type = "application/json";

// The one token of a form; empty if that is not what it has.
std::string_view token_in(const form& f)
{
    const auto token = http::single(f, "token");
    return token ? token->value_or("") : std::string_view();
}

response no_token()
{
    return answer(invalid_request("The parameter token is missing, empty or given twice."));
}

bool is_refresh_token(std::string_view token) noexcept
{
    return token.starts_with(accounts::sessions::refresh_prefix);
}

response active(std::string text)
{
    response r(status::ok, json_type, std::move(text));
    r.never_compress();
    return r;
}

// Why it is not, nobody is told (RFC 7662 section 2.2).
response inactive()
{
    return {status::ok, json_type, std::string("{\"active\":false}\n")};
}

bool is_no_good(const core::error_code& why) noexcept
{
    return why == errc::invalid_token || why == errc::expired_token;
}

// What never was a token of ours, or is none any more, needs no revocation (RFC 7009 section 2.2).
response revoked(const core::result<void>& ended)
{
    if (!ended && !is_no_good(ended.error()) && ended.error() != errc::not_found) return oauth_failure(ended.error());
    return response(status::ok);
}

schema error_schema()
{
    return named("OAuthError", object_of({{"error", text(1)}, {"error_description", text(), false}}));
}

operation asking(std::string path, std::string id, std::string summary)
{
    operation o;
    o.method = http::method::post;
    o.path = std::move(path);
    o.id = std::move(id);
    o.group = "Tokens";
    o.summary = std::move(summary);
    o.who = access::client;
    o.body = object_of({{"token", text(1)}, {"token_type_hint", text(), false}});
    o.body->open = true;
    o.body_type = "application/x-www-form-urlencoded";
    return o;
}

void add_errors(operation& o)
{
    o.answers.push_back({status::bad_request, "What RFC 6749 section 5.2 says.", error_schema()});
    o.answers.push_back({status::unauthorized, "The client is not known, or not by this secret.", error_schema()});
    o.answers.push_back({status::forbidden, "The client may not ask this.", error_schema()});
}

operation introspection()
{
    auto o = asking("/v1/oauth/introspect", "introspect", "Ask what a token is worth now (RFC 7662)");
    auto told = object_of({{"active", boolean()}});
    told.open = true;
    o.answers = {{status::ok, "If it is active, also whose it is and how long.", told}};
    add_errors(o);
    return o;
}

operation revocation()
{
    auto o = asking("/v1/oauth/revoke", "revoke", "End the session of a token (RFC 7009)");
    o.answers = {{status::ok, "It has ended, or there was none."}};
    add_errors(o);
    return o;
}

} // namespace

oauth::oauth(accounts::sessions& s, accounts::bearer_tokens& t, accounts::registered_clients& c,
             core::random_source& random)
    : sessions_(s), tokens_(t), guard_(c, random)
{}

void oauth::add_routes(operations& all, rate_limits* limits)
{
    const auto add = [&](const operation& o, accounts::client_right right, auto endpoint) {
        const auto asked = [this, endpoint](form f) { return (this->*endpoint)(std::move(f)); };
        all.add(o, http::no_store()(guard_.around(right, asked, limits)));
    };
    add(introspection(), accounts::client_right::introspect, &oauth::introspect);
    add(revocation(), accounts::client_right::revoke, &oauth::revoke);
}

// POST /v1/oauth/introspect  token  ->  200, see introspection_text.hpp, or {"active":false}
core::task<response> oauth::introspect(form asked)
{
    const auto token = token_in(asked);
    if (token.empty()) co_return no_token();
    if (is_refresh_token(token)) co_return co_await introspect_refresh(token);

    auto who = tokens_.check_known(token);
    if (!who) {
        const auto checked = co_await tokens_.check(token);
        if (!checked && is_no_good(checked.error())) co_return inactive();
        if (!checked) co_return oauth_failure(checked.error());
        who = *checked;
    }
    co_return active(introspection_text(*who, tokens_.issuer(), tokens_.audience()));
}

core::task<response> oauth::introspect_refresh(std::string_view token)
{
    const auto session = co_await sessions_.inspect(token);
    if (!session && is_no_good(session.error())) co_return inactive();
    if (!session) co_return oauth_failure(session.error());
    co_return active(introspection_text(*session, tokens_.issuer()));
}

// POST /v1/oauth/revoke  token  ->  200, whether it was one or not
core::task<response> oauth::revoke(form asked)
{
    const auto token = token_in(asked);
    if (token.empty()) co_return no_token();
    if (is_refresh_token(token)) {
        const auto ended = co_await sessions_.end_by_token(token);
        co_return revoked(ended);
    }
    const auto ended = co_await end_session_of(token);
    co_return revoked(ended);
}

core::task<core::result<void>> oauth::end_session_of(std::string_view access_token)
{
    auto who = tokens_.check_known(access_token);
    if (!who) {
        const auto checked = co_await tokens_.check(access_token);
        if (!checked) co_return checked.error();
        who = *checked;
    }
    co_return co_await sessions_.sign_out(who->public_id, who->session_id);
}

} // namespace watchword::api
