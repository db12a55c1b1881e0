#pragma once

#include "accounts/accounts.hpp"
#include "accounts/bearer_tokens.hpp"
#include "accounts/device_proofs.hpp"
#include "accounts/idempotent_requests.hpp"
#include "accounts/sessions.hpp"
#include "api/operations.hpp"
#include "api/rate_limits.hpp"
#include "api/session_answers.hpp"
#include "api/session_cookies.hpp"
#include "api/sign_in_counter.hpp"
#include "core/json.hpp"

#include <string_view>

namespace watchword::api {

// The routes of /v1/sessions: signing in, refreshing, listing and signing out. Bodies are JSON, errors RFC 9457, and
// nobody may store an answer. With device proofs, signing in also sets the device cookie. With session cookies, a
// browser may ask for its tokens in them. Thread-safe. Everything referred to must outlive it.
class sessions {
public:
    sessions(accounts::service&, accounts::sessions&, accounts::bearer_tokens&, core::json_limits = {},
             accounts::device_proofs* = nullptr, session_cookies* = nullptr);

    // `this` must outlive the router, and so must the others; null: no limits, nobody counts,
    // no keys.
    void add_routes(operations&, rate_limits* = nullptr, sign_in_counter* = nullptr,
                    accounts::idempotent_requests* = nullptr);

private:
    core::task<http::response> create(http::request&);
    core::task<http::response> refresh(http::request&);
    core::task<http::response> refresh_by_cookie(http::request&);
    core::task<http::response> list(http::request&, accounts::bearer);
    core::task<http::response> end_current(http::request&, accounts::bearer);
    core::task<http::response> end_one(http::request&, accounts::bearer);
    core::task<http::response> end_others(http::request&, accounts::bearer);
    core::task<http::response> end_all(http::request&, accounts::bearer);

    core::task<http::response> refresh_with(std::string_view token, http::request&, token_carrier);
    core::task<> end_replaced(http::request&);

    accounts::service& accounts_;
    accounts::sessions& sessions_;
    accounts::bearer_tokens& tokens_;
    const core::json_limits limits_;
    accounts::device_proofs* const devices_; // null: no cookie
    session_cookies* const cookies_;         // null: nor these
    session_answers answers_;
};

} // namespace watchword::api
