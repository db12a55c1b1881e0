#pragma once

#include "accounts/administration.hpp"
#include "accounts/idempotent_requests.hpp"
#include "api/operations.hpp"
#include "api/rate_limits.hpp"
#include "core/json.hpp"
#include "core/secret.hpp"

namespace watchword::api {

// The first administrator. GET /v1/setup tells whether there is none yet; POST /v1/setup makes him for whoever shows
// the token that the server has printed at its start. Wrong tokens count as failed sign-ins do. Thread-safe. Everything
// referred to must outlive it.
class setup {
public:
    // An empty token: nobody can be made here.
    setup(accounts::administration&, const accounts::service&, core::secret_string token, core::json_limits = {});

    // `this` must outlive the router, and so must the others; null: no limits, no keys.
    void add_routes(operations&, rate_limits* = nullptr, accounts::idempotent_requests* = nullptr);

private:
    core::task<http::response> show(http::request&);
    core::task<http::response> complete(http::request&);

    accounts::administration& administration_;
    const accounts::service& service_;
    const core::secret_string token_;
    const core::json_limits limits_;
};

} // namespace watchword::api
