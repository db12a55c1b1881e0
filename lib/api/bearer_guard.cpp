#include "api/bearer_guard.hpp"

#include "api/answers.hpp"
#include "api/authorization.hpp"

namespace watchword::api {
namespace {

using http::request;
using http::response;

response refuse_missing(bool cookies_count)
{
    return unauthorized("token_missing",
                        cookies_count ? "This needs an access token, as Authorization: Bearer TOKEN or as one cookie."
                                      : "This needs an access token, as Authorization: Bearer TOKEN.");
}

// Whatever is wrong with a token that was given has one name in the challenge (RFC 6750 section 3.1).
response refuse(const core::error_code& why)
{
    const bool is_expired = why == core::errc::expired_token;
    if (!is_expired && why != core::errc::invalid_token) return failure(why);
    auto r = is_expired ? unauthorized("token_expired", "The access token has expired.")
                        : unauthorized("token_invalid", "The access token is not valid, or no longer.");
    r.replace("WWW-Authenticate", "Bearer error=\"invalid_token\"");
    return r;
}

struct guard {
    accounts::bearer_tokens* tokens;
    bearer_handler next;
    session_cookies* cookies; // null: none count

    core::task<response> operator()(request& q) const
    {
        const auto field = find_bearer_token(q);
        if (!field) co_return refuse(field.error());
        const bool by_cookie = field->empty() && cookies != nullptr;
        const auto token = by_cookie ? session_cookies::find_access_token(q) : *field;
        if (token.empty()) co_return refuse_missing(cookies != nullptr);

        auto who = tokens->check_known(token);
        if (!who) {
            const auto checked = co_await tokens->check(token);
            if (!checked) co_return refuse(checked.error());
            who = *checked;
        }
        if (by_cookie) {
            const auto forged = cookies->find_forgery(q, who->session_id);
            if (forged != forgery::none) co_return refuse(forged);
        }
        co_return co_await next(q, std::move(who));
    }
};

} // namespace

core::result<std::string_view> find_bearer_token(const request& q)
{
    const auto field = find_authorization(q);
    if (!field) return core::errc::invalid_token;
    return credentials_in(*field, "Bearer ");
}

http::handler require_bearer(accounts::bearer_tokens& tokens, bearer_handler next, session_cookies* cookies)
{
    return guard{&tokens, std::move(next), cookies};
}

} // namespace watchword::api
