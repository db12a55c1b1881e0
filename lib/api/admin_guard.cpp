#include "api/admin_guard.hpp"

#include "api/answers.hpp"
#include "api/bearer_guard.hpp"
#include "api/client.hpp"
#include "api/idempotency.hpp"
#include "http/middleware.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace watchword::api {
namespace {

using accounts::actor;
using accounts::actor_kind;
using http::request;
using http::response;

response refuse_key(const core::error_code& why)
{
    if (why != core::errc::invalid_token) return failure(why);
    auto r = unauthorized("token_invalid", "The API key is not valid, or no longer.");
    r.replace("WWW-Authenticate", "Bearer error=\"invalid_token\"");
    return r;
}

response refuse_permission(accounts::permission p)
{
    return http::problem(http::status::forbidden, "permission_missing",
                         "This needs the permission " + std::string(name_of(p)) + ".");
}

actor made(actor_kind kind, std::string id, accounts::permission_set permissions, request& q)
{
    auto a = actor_of(q, kind, std::move(id));
    a.permissions = permissions;
    return a;
}

std::string caller_of(const actor& who)
{
    return std::string(name_of(who.kind)) + ':' + who.id;
}

struct key_or_token {
    accounts::administration* administration;
    accounts::permission needed;
    admin_handler next;
    http::handler by_token;

    core::task<response> operator()(request& q) const
    {
        const auto field = find_bearer_token(q);
        if (!field || !field->starts_with(accounts::api_keys::key_prefix)) co_return co_await by_token(q);
        const auto key = co_await administration->check_api_key(*field);
        if (!key) co_return refuse_key(key.error());
        if (!key->permissions.has(needed)) co_return refuse_permission(needed);
        auto who = made(actor_kind::api_key, key->id, key->permissions, q);
        co_return co_await next(q, std::move(who));
    }
};

struct user_with_permission {
    accounts::administration* administration;
    accounts::permission needed;
    admin_handler next;

    core::task<response> operator()(request& q, accounts::bearer user) const
    {
        const auto permissions = co_await administration->permissions_of(user->roles);
        if (!permissions) co_return failure(permissions.error());
        if (!permissions->has(needed)) co_return refuse_permission(needed);
        auto who = made(actor_kind::user, user->public_id, *permissions, q);
        co_return co_await next(q, std::move(who));
    }
};

accounts::permission permission_of(const operation& o)
{
    for (unsigned i = 0; i < accounts::permission_count; ++i) {
        const auto p = static_cast<accounts::permission>(i);
        if (name_of(p) == o.permission) return p;
    }
    throw std::invalid_argument(o.id + ": there is no permission " + o.permission);
}

} // namespace

admin_guard::admin_guard(accounts::administration& a, accounts::bearer_tokens& t, accounts::idempotent_requests* once,
                         session_cookies* c)
    : administration_(a), tokens_(t), once_(once), cookies_(c)
{}

void admin_guard::add(operations& all, const operation& o, admin_handler h) const
{
    if (o.keyed && once_ != nullptr) h = keyed_for<actor>(*once_, std::move(h), caller_of);
    all.add(o, http::no_store()(around(permission_of(o), std::move(h))));
}

http::handler admin_guard::around(accounts::permission needed, admin_handler next) const
{
    auto by_token = require_bearer(tokens_, user_with_permission{&administration_, needed, next}, cookies_);
    return key_or_token{&administration_, needed, std::move(next), std::move(by_token)};
}

} // namespace watchword::api
