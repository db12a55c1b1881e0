#pragma once

#include "accounts/administration.hpp"
#include "accounts/bearer_tokens.hpp"
#include "api/operations.hpp"
#include "api/session_cookies.hpp"
#include "core/json.hpp"

namespace watchword::api {

// GET and PATCH /v1/users/me: what users see and may change of themselves without their passwords. Thread-safe.
// Everything referred to must outlive it.
class own_profile {
public:
    own_profile(accounts::administration&, const accounts::service&, accounts::bearer_tokens&, core::json_limits = {},
                session_cookies* = nullptr);

    // `this` must outlive the router.
    void add_routes(operations&);

private:
    core::task<http::response> show(http::request&, accounts::bearer);
    core::task<http::response> update(http::request&, accounts::bearer);
    core::task<http::response> answer_own(http::request&, accounts::person);

    accounts::administration& administration_;
    const accounts::service& service_;
    accounts::bearer_tokens& tokens_;
    const core::json_limits limits_;
    session_cookies* const cookies_; // null: tokens in cookies do not count
};

} // namespace watchword::api
