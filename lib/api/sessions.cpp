#include "api/sessions.hpp"

#include "api/answers.hpp"
#include "api/bearer_guard.hpp"
#include "api/client.hpp"
#include "api/device_cookie.hpp"
#include "api/json_body.hpp"
#include "api/session_texts.hpp"
#include "http/middleware.hpp"

#include <utility>

namespace watchword::api {
namespace {

using http::request;
using http::response;
using http::status;

constexpr std::string_view json_type = "application/json";

// Which of address and password is wrong, nobody is told under /v1.
constexpr accounts::terms hiding{accounts::addresses::caseless, accounts::password_rules::strict,
                                 accounts::existence::hidden};

response wrong_credentials()
{
    return unauthorized("wrong_credentials", "The e-mail address or the password is wrong.");
}

accounts::session_client session_client_of(const request& q)
{
    return {address_of(q), std::string(q.header("User-Agent"))};
}

} // namespace

sessions::sessions(accounts::service& a, accounts::sessions& s, accounts::bearer_tokens& t, core::json_limits l,
                   accounts::device_proofs* devices)
    : accounts_(a), sessions_(s), tokens_(t), limits_(l), devices_(devices)
{}

void sessions::add_routes(http::router& r, rate_limits* limits)
{
    using http::method;
    const auto open = [this](auto endpoint) {
        return http::handler([this, endpoint](request& q) { return (this->*endpoint)(q); });
    };
    const auto signed_in = [this](auto endpoint) {
        const auto next = [this, endpoint](request& q, accounts::bearer who) {
            return (this->*endpoint)(q, std::move(who));
        };
        return require_bearer(tokens_, next);
    };
    const auto add = [&r](method m, std::string_view path, http::handler h) {
        r.add(m, path, http::no_store()(std::move(h)));
    };

    auto sign_in = open(&sessions::create), refreshed = open(&sessions::refresh);
    if (limits) {
        sign_in = limits->around_sign_ins(std::move(sign_in), rate_limits::told::always);
        refreshed = limits->around_tokens(std::move(refreshed), rate_limits::told::always);
    }
    add(method::post, "/v1/sessions", std::move(sign_in));
    add(method::get, "/v1/sessions", signed_in(&sessions::list));
    add(method::post, "/v1/sessions/refresh", std::move(refreshed));
    add(method::delete_, "/v1/sessions/current", signed_in(&sessions::end_current));
    add(method::delete_, "/v1/sessions/others", signed_in(&sessions::end_others));
    add(method::delete_, "/v1/sessions/all", signed_in(&sessions::end_all));
    add(method::delete_, "/v1/sessions/{id}", signed_in(&sessions::end_one));
}

// POST /v1/sessions  {"email", "password"}  ->  201, see session_texts.hpp
core::task<response> sessions::create(request& q)
{
    auto given = read_texts(q, {"email", "password"}, limits_);
    if (!given) co_return answer(given.error());
    std::string email(given->at(0).view());
    auto who = client_of(q);
    const auto user = co_await accounts_.sign_in(std::move(email), std::move(given->at(1)), std::move(who), hiding);
    if (!user && user.error() == core::errc::wrong_password) co_return wrong_credentials();
    if (!user) co_return failure(user.error(), accounts_.hashing_wait());

    accounts::session_request wanted;
    wanted.public_id = *user;
    wanted.from = session_client_of(q);
    wanted.amr = "pwd"; // RFC 8176
    auto opened = co_await sessions_.open(std::move(wanted));
    if (!opened && opened.error() == core::errc::not_found) co_return wrong_credentials(); // deleted meanwhile
    if (!opened) co_return failure(opened.error());
    auto answered = co_await grant(status::created, std::move(*opened));
    if (devices_ && answered.status() == status::created) remember_device(answered, q, *devices_, *user);
    co_return answered;
}

// POST /v1/sessions/refresh  {"refresh_token"}  ->  200, the same
core::task<response> sessions::refresh(request& q)
{
    const auto given = read_texts(q, {"refresh_token"}, limits_);
    if (!given) co_return answer(given.error());
    auto from = session_client_of(q);
    auto next = co_await sessions_.refresh(given->at(0).view(), std::move(from));
    if (!next && next.error() == core::errc::invalid_token)
        co_return unauthorized("invalid_token", "This is no refresh token of ours.");
    if (!next) co_return failure(next.error());
    co_return co_await grant(status::ok, std::move(*next));
}

core::task<response> sessions::grant(status s, accounts::session_grant granted)
{
    const auto token = co_await tokens_.issue(granted);
    if (!token) co_return failure(token.error());
    response r(s, json_type, grant_text(granted, *token));
    r.never_compress(); // secrets beside what others may have chosen, such as a name
    co_return r;
}

// GET /v1/sessions  ->  200 {"sessions": [...]}
core::task<response> sessions::list(request&, accounts::bearer who)
{
    const auto all = co_await sessions_.list(who->public_id);
    if (!all) co_return failure(all.error());
    co_return response(status::ok, json_type, list_text(*all, who->session_id));
}

// DELETE /v1/sessions/current  ->  204
core::task<response> sessions::end_current(request&, accounts::bearer who)
{
    const auto ended = co_await sessions_.end(who->public_id, who->session_id);
    // Somebody else may have ended it since the token was checked.
    if (!ended && ended.error() != core::errc::not_found) co_return failure(ended.error());
    co_return response(status::no_content);
}

// DELETE /v1/sessions/{id}  ->  204
core::task<response> sessions::end_one(request& q, accounts::bearer who)
{
    std::string id(q.parameter("id"));
    const auto ended = co_await sessions_.end(who->public_id, std::move(id));
    if (!ended) co_return failure(ended.error());
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
core::task<response> sessions::end_all(request&, accounts::bearer who)
{
    const auto ended = co_await sessions_.end_all(who->public_id);
    if (!ended) co_return failure(ended.error());
    co_return response(status::no_content);
}

} // namespace watchword::api
