#include "api/session_answers.hpp"

#include "api/answers.hpp"
#include "api/session_texts.hpp"
#include "core/log.hpp"

namespace watchword::api {
namespace {

using http::response;
using http::status;

constexpr std::string_view json_type = "application/json";

} // namespace

session_answers::session_answers(accounts::bearer_tokens& t, session_cookies* c) : tokens_(t), cookies_(c) {}

token_carrier session_answers::carrier_of(const http::request& q) const noexcept
{
    const bool by_cookie = cookies_ && !session_cookies::find_access_token(q).empty();
    return by_cookie ? token_carrier::cookies : token_carrier::body;
}

core::task<response> session_answers::grant(status s, accounts::session_grant granted, token_carrier how)
{
    const auto token = co_await tokens_.issue(granted);
    if (!token) co_return failure(token.error());
    if (how == token_carrier::cookies) co_return answer_in_cookies(s, granted, *token);
    response r(s, json_type, grant_text(granted, *token));
    r.never_compress(); // secrets beside what others may have chosen, such as a name
    co_return r;
}

response session_answers::answer_in_cookies(status s, const accounts::session_grant& granted,
                                            const accounts::bearer_tokens::issued& token)
{
    response r(s, json_type, cookie_grant_text(granted, token, cookies_->csrf_token_of(granted.session.id)));
    r.never_compress(); // as above
    if (const auto done = cookies_->give(r, granted, token); !done) {
        core::log::error("an access token does not fit into a cookie", {{"bytes", token.text.size()}});
        return failure(core::errc::unavailable);
    }
    return r;
}

response session_answers::signed_out(const http::request& q) const
{
    response r(status::no_content);
    if (carrier_of(q) == token_carrier::cookies) session_cookies::remove(r);
    return r;
}

} // namespace watchword::api
