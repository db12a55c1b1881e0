#include "api/session_cookies.hpp"

#include "core/text.hpp"
#include "http/cookies.hpp"
#include "http/cross_origin.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace watchword::api {
namespace {

using http::request;
using http::response;
using http::status;
using std::chrono::seconds;

struct cookie_kind {
    std::string_view name;
    bool http_only;
    http::same_site same_site;
};
constexpr cookie_kind access_cookie{"__Host-watchword-access", true, http::same_site::lax};
constexpr cookie_kind refresh_cookie{"__Host-watchword-refresh", true, http::same_site::strict};
constexpr cookie_kind csrf_cookie{"__Host-watchword-csrf", false, http::same_site::strict};

core::result<void> set(response& r, const cookie_kind& kind, std::string_view value, seconds age)
{
    http::new_cookie made;
    made.name = kind.name;
    made.value = value;
    made.max_age = std::max(age, seconds(0));
    made.http_only = kind.http_only;
    made.same_site = kind.same_site;
    const auto field = http::set_cookie(made);
    if (!field) return field.error();
    r.set("Set-Cookie", *field);
    return {};
}

std::string_view value_of(const request& q, const cookie_kind& kind) noexcept
{
    return http::cookie(q, kind.name).value_or(std::string_view());
}

bool is_safe_method(std::string_view name) noexcept
{
    return name == "GET" || name == "HEAD" || name == "OPTIONS";
}

// Neither the request nor the one that a proxy asks about changes anything.
bool is_safe(const request& q) noexcept
{
    if (!is_safe_method(http::to_string(q.method))) return false;
    return std::all_of(q.headers.begin(), q.headers.end(), [](const http::header_field& field) {
        const bool names_method =
            core::iequals(field.name, "X-Forwarded-Method") || core::iequals(field.name, "X-Original-Method");
        return !names_method || is_safe_method(field.value);
    });
}

} // namespace

response refuse(forgery why)
{
    switch (why) {
    case forgery::cross_origin:
        return http::problem(status::forbidden, "cross_origin_request",
                             "A page of another origin made this request; it may not use this one's cookies.");
    case forgery::csrf_token:
        return http::problem(status::forbidden, "csrf_token_invalid",
                             "A request with cookies needs the csrf_token of its session, as X-CSRF-Token.");
    case forgery::none: break;
    }
    throw std::logic_error("there is nothing to refuse");
}

session_cookies::session_cookies(const core::secret_string& secret, std::vector<std::string> trusted_origins)
    : csrf_(secret), trusted_origins_(std::move(trusted_origins))
{}

std::string_view session_cookies::find_access_token(const request& q) noexcept
{
    const auto is_authorization = [](const auto& field) { return core::iequals(field.name, "Authorization"); };
    if (std::any_of(q.headers.begin(), q.headers.end(), is_authorization)) return {};
    return value_of(q, access_cookie);
}

std::string_view session_cookies::find_refresh_token(const request& q) noexcept
{
    return value_of(q, refresh_cookie);
}

core::result<void> session_cookies::give(response& r, const accounts::session_grant& granted,
                                         const accounts::bearer_tokens::issued& token)
{
    const auto now = token.expires - token.expires_in;
    const auto age = std::chrono::floor<seconds>(granted.session.expires) - now;
    if (const auto done = set(r, access_cookie, token.text, token.expires_in); !done) return done;
    if (const auto done = set(r, refresh_cookie, granted.refresh_token.view(), age); !done) return done;
    return set(r, csrf_cookie, csrf_token_of(granted.session.id), age);
}

void session_cookies::remove(response& r)
{
    for (const auto& kind : {access_cookie, refresh_cookie, csrf_cookie}) set(r, kind, "", seconds(0)).value();
}

bool session_cookies::is_cross_origin(const request& q) const noexcept
{
    return http::is_cross_origin(q, trusted_origins_);
}

forgery session_cookies::find_forgery(const request& q, std::string_view session_id)
{
    if (is_safe(q)) return forgery::none;
    if (is_cross_origin(q)) return forgery::cross_origin;
    return csrf_.is_of(session_id, q.header("X-CSRF-Token")) ? forgery::none : forgery::csrf_token;
}

} // namespace watchword::api
