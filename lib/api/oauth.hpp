#pragma once

#include "accounts/bearer_tokens.hpp"
#include "accounts/registered_clients.hpp"
#include "accounts/sessions.hpp"
#include "api/client_guard.hpp"
#include "api/operations.hpp"
#include "api/rate_limits.hpp"
#include "core/random.hpp"

#include <string_view>

namespace watchword::api {

// What other programs may ask about tokens: POST /v1/oauth/introspect (RFC 7662) and POST /v1/oauth/revoke (RFC 7009),
// forms with `token`; what else it is said to be (token_type_hint) is not looked at, for tokens tell that themselves.
// They know the tokens of /v1 only; those of the tutorial's login are none of theirs. Nobody may store an answer.
// Both are as exact as bearer_tokens. Thread-safe. Everything referred to must outlive it.
class oauth {
public:
    oauth(accounts::sessions&, accounts::bearer_tokens&, accounts::registered_clients&, core::random_source&);

    // `this` must outlive the router, and so must the limits; null: none.
    void add_routes(operations&, rate_limits* = nullptr);

private:
    core::task<http::response> introspect(http::form);
    core::task<http::response> introspect_refresh(std::string_view token);
    core::task<http::response> revoke(http::form);
    core::task<core::result<void>> end_session_of(std::string_view access_token);

    accounts::sessions& sessions_;
    accounts::bearer_tokens& tokens_;
    client_guard guard_;
};

} // namespace watchword::api
