#pragma once

#include "accounts/accounts.hpp"
#include "accounts/bearer_tokens.hpp"
#include "accounts/device_proofs.hpp"
#include "accounts/sessions.hpp"
#include "accounts/user_changes.hpp"
#include "api/operations.hpp"
#include "api/rate_limits.hpp"
#include "api/session_answers.hpp"
#include "api/session_cookies.hpp"
#include "core/json.hpp"

namespace watchword::api {

// The routes of /v1/users/me: what users do with their own accounts, for which they show their passwords once more. A
// wrong one is 403 wrong_password: a 401 would say that the access token is bad. It counts as a failed sign-in does.
// Bodies are JSON, errors RFC 9457, and nobody may store an answer. Thread-safe. Everything referred to must outlive
// it.
class own_user {
public:
    own_user(accounts::service&, accounts::user_changes&, accounts::sessions&, accounts::bearer_tokens&,
             core::json_limits = {}, accounts::device_proofs* = nullptr, session_cookies* = nullptr);

    // `this` must outlive the router, and so must the limits; null: none.
    void add_routes(operations&, rate_limits* = nullptr);

private:
    core::task<http::response> change_password(http::request&, accounts::bearer);
    core::task<http::response> remove(http::request&, accounts::bearer);

    http::response refuse(core::error_code) const;
    core::task<http::response> begin_session(const http::request&, const accounts::bearer_identity&,
                                             std::uint64_t generation);

    accounts::service& accounts_;
    accounts::user_changes& changes_;
    accounts::sessions& sessions_;
    accounts::bearer_tokens& tokens_;
    const core::json_limits limits_;
    accounts::device_proofs* const devices_; // null: no cookie
    session_cookies* const cookies_;         // null: nor these
    session_answers answers_;
};

} // namespace watchword::api
