#pragma once

#include "accounts/accounts.hpp"
#include "accounts/device_proofs.hpp"
#include "accounts/token_checker.hpp"
#include "api/credentials.hpp"
#include "api/rate_limits.hpp"
#include "api/user_list.hpp"
#include "http/router.hpp"

namespace watchword::api {

// The Flask tutorial's three routes, in its own words and bytes (tests/contract): POST /signup, POST /login and
// GET /user. With password_rules::strict among its terms, POST /signup also refuses weak passwords; with device proofs,
// POST /login also sets the device cookie. Thread-safe.
// Everything referred to must outlive it.
class tutorial {
public:
    tutorial(accounts::service&, accounts::token_checker&, store::database&, const body_limits& = {},
             accounts::terms = {}, accounts::device_proofs* = nullptr);

    // `this` must outlive the router, and so must the limits; null: none.
    void add_routes(http::router&, rate_limits* = nullptr);

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
