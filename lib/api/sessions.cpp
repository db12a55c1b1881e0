#include "api/sessions.hpp"

#include "api/answers.hpp"
#include "api/bearer_guard.hpp"
#include "api/client.hpp"
#include "api/device_cookie.hpp"
#include "api/idempotency.hpp"
#include "api/input.hpp"
#include "api/session_operations.hpp"
#include "api/session_texts.hpp"
#include "core/log.hpp"
#include "http/middleware.hpp"

#include <utility>

namespace watchword::api {
namespace {

using http::request;
using http::response;
using http::status;
namespace declared = session_operations;

constexpr std::string_view json_type = "application/json";

// Which of address and password is wrong, nobody is told under /v1.
constexpr accounts::terms hiding{accounts::addresses::caseless, accounts::password_rules::strict,
                                 accounts::existence::hidden};

response wrong_credentials()
{
    return unauthorized("wrong_credentials", "The e-mail address or the password is wrong.");
}

response cookies_disabled()
{
    return http::problem(status::forbidden, "cookies_disabled", "This server gives no tokens in cookies.", "cookies");
}

response no_refresh_token()
{
    return unauthorized("invalid_token", "This is no refresh token of ours.");
}

void note_if_it_goes_on(const core::result<void>& ended)
{
    if (ended || ended.error() == core::errc::invalid_token || ended.error() == core::errc::not_found) return;
    core::log::warning("the session that a browser had before goes on", {{"reason", ended.error().message()}});
}

accounts::session_client session_client_of(const request& q)
{
    return {address_of(q), std::string(q.header("User-Agent"))};
}

} // namespace

sessions::sessions(accounts::service& a, accounts::sessions& s, accounts::bearer_tokens& t, core::json_limits l,
                   accounts::device_proofs* devices, session_cookies* cookies)
    : accounts_(a), sessions_(s), tokens_(t), limits_(l), devices_(devices), cookies_(cookies), answers_(t, cookies)
{}

void sessions::add_routes(operations& all, rate_limits* limits, sign_in_counter* counter,
                          accounts::idempotent_requests* once)
{
    const auto open = [this](auto endpoint) {
        return http::handler([this, endpoint](request& q) { return (this->*endpoint)(q); });
    };
    const auto signed_in = [this](auto endpoint) {
        const auto next = [this, endpoint](request& q, accounts::bearer who) {
            return (this->*endpoint)(q, std::move(who));
        };
        return require_bearer(tokens_, next, cookies_);
    };
    const auto add = [&all](const operation& o, http::handler h) { all.add(o, http::no_store()(std::move(h))); };

    auto sign_in = open(&sessions::create), refreshed = open(&sessions::refresh);
    if (once) sign_in = keyed(*once, std::move(sign_in));
    if (limits) {
        sign_in = limits->around_sign_ins(std::move(sign_in), rate_limits::told::always);
        refreshed = limits->around_tokens(std::move(refreshed), rate_limits::told::always);
    }
    if (counter) sign_in = counter->around(std::move(sign_in));
    add(declared::create(), std::move(sign_in));
    add(declared::list(), signed_in(&sessions::list));
    add(declared::refresh(), std::move(refreshed));
    add(declared::end_current(), signed_in(&sessions::end_current));
    add(declared::end_others(), signed_in(&sessions::end_others));
    add(declared::end_all(), signed_in(&sessions::end_all));
    add(declared::end_one(), signed_in(&sessions::end_one));
}

// POST /v1/sessions  {"email", "password"}  ->  201, see session_texts.hpp
// With "cookies": true the tokens go out in cookies only, and the session that the browser had before ends. It is a
// member of the body because no form of another site can send such a body, so that nobody signs others in as himself.
core::task<response> sessions::create(request& q)
{
    auto given = read_body(q, declared::create(), limits_);
    if (!given) co_return given.error();
    const auto how = flag_in(*given, "cookies").value_or(false) ? token_carrier::cookies : token_carrier::body;
    if (how == token_carrier::cookies && !cookies_) co_return cookies_disabled();
    if (how == token_carrier::cookies && cookies_->is_cross_origin(q)) co_return refuse(forgery::cross_origin);
    auto email = *text_in(*given, "email");
    auto password = secret_in(*given, "password");
    given->clear();
    auto who = client_of(q);
    const auto user = co_await accounts_.sign_in(std::move(email), std::move(password), std::move(who), hiding);
    if (!user && user.error() == core::errc::wrong_password) co_return wrong_credentials();
    if (!user) co_return failure(user.error(), accounts_.hashing_wait());

    accounts::session_request wanted;
    wanted.public_id = user->public_id;
    wanted.generation = user->generation;
    wanted.from = session_client_of(q);
    wanted.amr = "pwd"; // RFC 8176
    auto opened = co_await sessions_.open(std::move(wanted));
    if (!opened && opened.error() == core::errc::not_found) co_return wrong_credentials(); // deleted meanwhile
    if (!opened) co_return failure(opened.error());
    auto answered = co_await answers_.grant(status::created, std::move(*opened), how);
    if (answered.status() != status::created) co_return answered;
    if (how == token_carrier::cookies) co_await end_replaced(q);
    if (devices_) remember_device(answered, q, *devices_, user->public_id);
    co_return answered;
}

// Ends the sessions of the cookies that are replaced: nobody could sign out of them any more, and whoever gave them to
// the browser (session fixation) shall have no use of them. One that cannot be ended now goes on, in its user's list.
core::task<> sessions::end_replaced(request& q)
{
    const auto refresh = session_cookies::find_refresh_token(q), access = session_cookies::find_access_token(q);
    if (!refresh.empty()) {
        const auto ended = co_await sessions_.end_by_token(refresh);
        note_if_it_goes_on(ended);
    }
    if (access.empty()) co_return;
    const auto who = co_await tokens_.check(access); // refused if it is of the session that has just ended
    if (!who) co_return;
    const auto ended = co_await sessions_.sign_out((*who)->public_id, (*who)->session_id);
    note_if_it_goes_on(ended);
}

// POST /v1/sessions/refresh  {"refresh_token"}  ->  200, the same; without a body: that of the cookie, into cookies
core::task<response> sessions::refresh(request& q)
{
    if (cookies_ && q.body.empty()) co_return co_await refresh_by_cookie(q);
    auto given = read_body(q, declared::refresh(), limits_);
    if (!given) co_return given.error();
    const auto token = secret_in(*given, "refresh_token");
    co_return co_await refresh_with(token.view(), q, token_carrier::body);
}

// What is refused leaves the cookies as they are: another tab may have signed in anew meanwhile.
core::task<response> sessions::refresh_by_cookie(request& q)
{
    const auto token = session_cookies::find_refresh_token(q);
    if (token.empty())
        co_return unauthorized("token_missing", "There is no refresh token, neither in a body nor as one cookie.");
    const auto session = sessions_.find_id(token);
    if (!session) co_return no_refresh_token();
    const auto forged = cookies_->find_forgery(q, *session);
    if (forged != forgery::none) co_return refuse(forged);
    co_return co_await refresh_with(token, q, token_carrier::cookies);
}

core::task<response> sessions::refresh_with(std::string_view token, request& q, token_carrier how)
{
    auto from = session_client_of(q);
    auto next = co_await sessions_.refresh(token, std::move(from));
    if (!next && next.error() == core::errc::invalid_token) co_return no_refresh_token();
    if (!next) co_return failure(next.error());
    co_return co_await answers_.grant(status::ok, std::move(*next), how);
}

// GET /v1/sessions  ->  200 {"sessions": [...]}
core::task<response> sessions::list(request&, accounts::bearer who)
{
    const auto all = co_await sessions_.list(who->public_id);
    if (!all) co_return failure(all.error());
    co_return response(status::ok, json_type, list_text(*all, who->session_id));
}

// DELETE /v1/sessions/current  ->  204
core::task<response> sessions::end_current(request& q, accounts::bearer who)
{
    const auto ended = co_await sessions_.sign_out(who->public_id, who->session_id);
    if (!ended) co_return failure(ended.error());
    co_return answers_.signed_out(q);
}

// DELETE /v1/sessions/{id}  ->  204
core::task<response> sessions::end_one(request& q, accounts::bearer who)
{
    const std::string id(q.parameter("id"));
    const auto ended = co_await sessions_.end(who->public_id, id);
    if (!ended) co_return failure(ended.error());
    if (id == who->session_id) co_return answers_.signed_out(q);
    co_return response(status::no_content);
}

// DELETE /v1/sessions/others  ->  204: all but this one
core::task<response> sessions::end_others(request&, accounts::bearer who)
{
    const auto ended = co_await sessions_.end_others(who->public_id, who->session_id);
    if (!ended) co_return failure(ended.error());
    co_return response(status::no_content);
}

// DELETE /v1/sessions/all  ->  204: this one, too
core::task<response> sessions::end_all(request& q, accounts::bearer who)
{
    const auto ended = co_await sessions_.end_all(who->public_id);
    if (!ended) co_return failure(ended.error());
    co_return answers_.signed_out(q);
}

} // namespace watchword::api
