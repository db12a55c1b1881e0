#pragma once

#include "accounts/accounts.hpp"
#include "accounts/idempotent_requests.hpp"
#include "api/operations.hpp"
#include "api/rate_limits.hpp"
#include "core/clock.hpp"
#include "core/json.hpp"

namespace watchword::api {

// POST /v1/users: signing up, for anybody. Nobody learns here whether an address has an account: if it has, the answer
// is the same, and nothing has changed (accounts::existence::hidden). Thread-safe. Everything referred to must outlive
// it.
class sign_up {
public:
    sign_up(accounts::service&, const core::clock&, core::json_limits = {});

    // `this` must outlive the router, and so must the others; null: no limits, no keys.
    void add_routes(operations&, rate_limits* = nullptr, accounts::idempotent_requests* = nullptr);

private:
    core::task<http::response> create(http::request&);

    accounts::service& service_;
    const core::clock& clock_;
    const core::json_limits limits_;
};

} // namespace watchword::api
