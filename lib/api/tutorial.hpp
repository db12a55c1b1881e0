#pragma once

#include "accounts/accounts.hpp"
#include "accounts/device_proofs.hpp"
#include "accounts/token_checker.hpp"
#include "api/credentials.hpp"
#include "api/operations.hpp"
#include "api/rate_limits.hpp"
#include "api/sign_in_counter.hpp"
#include "api/user_list.hpp"

namespace watchword::api {

// The Flask tutorial's three routes, in its own words and bytes (tests/contract): POST /signup, POST /login and
// GET /user. With password_rules::strict among its terms, POST /signup also refuses weak passwords; with device proofs,
// POST /login also sets the device cookie. Thread-safe.
// Everything referred to must outlive it.
class tutorial {
public:
    tutorial(accounts::service&, accounts::token_checker&, store::database&, const body_limits& = {},
             accounts::terms = {}, accounts::device_proofs* = nullptr);

    // `this` must outlive the router, and so must the others; null: no limits, nobody counts.
    void add_routes(operations&, rate_limits* = nullptr, sign_in_counter* = nullptr);

private:
    core::task<http::response> sign_up(http::request&);
    core::task<http::response> log_in(http::request&);
    core::task<http::response> list_users(http::request&, accounts::caller);

    accounts::service& accounts_;
    accounts::token_checker& tokens_;
    user_list users_;
    const body_limits limits_;
    const accounts::terms terms_;
    accounts::device_proofs* const devices_; // null: no cookie
};

} // namespace watchword::api
