#include "api/token_guard.hpp"

#include "api/answers.hpp"
#include "api/authorization.hpp"
#include "core/text.hpp"

namespace watchword::api {
namespace {

using http::request;
using http::response;

http::response refuse(std::string_view json)
{
    return response(http::status::unauthorized, "application/json", std::string(json));
}

struct guard {
    accounts::token_checker* checker;
    caller_handler next;

    core::task<response> operator()(request& q) const
    {
        const auto token = find_token(q);
        if (!token) co_return refuse("{\"message\":\"Token is invalid !!\"}\n");
        if (token->empty()) co_return refuse("{\"message\":\"Token is missing !!\"}\n");

        auto who = checker->check_known(*token);
        if (!who) {
            const auto checked = co_await checker->check(*token);
            if (!checked && checked.error() != core::errc::invalid_token) co_return failure(checked.error());
            if (!checked) co_return refuse("{\"message\":\"Token is invalid !!\"}\n");
            who = *checked;
        }
        co_return co_await next(q, std::move(who));
    }
};

} // namespace

core::result<std::string_view> find_token(const request& q)
{
    std::string_view token;
    std::size_t count = 0;
    for (const auto& [name, value] : q.headers) {
        if (!core::iequals(name, "x-access-token")) continue;
        token = value;
        ++count;
    }
    if (count > 1) return core::errc::invalid_token;
    if (count == 1) return token;
    return credentials_in(q.header("Authorization"), "Bearer ");
}

http::handler require_token(accounts::token_checker& checker, caller_handler next)
{
    return guard{&checker, std::move(next)};
}

} // namespace watchword::api
