#pragma once

#include "accounts/administration.hpp"
#include "accounts/bearer_tokens.hpp"
#include "accounts/idempotent_requests.hpp"
#include "api/operations.hpp"
#include "api/session_cookies.hpp"

#include <functional>
#include <utility>

namespace watchword::api {

// A handler under /v1/admin. It cannot be routed without an admin_guard: forgetting the check does not compile.
using admin_handler = std::function<core::task<http::response>(http::request&, accounts::actor)>;

// Lets handlers answer only who has a permission: users whose roles give it, by an access token as require_bearer takes
// it, and API keys in Authorization: Bearer. The others get 401 as there, or 403 permission_missing. Thread-safe.
// Everything referred to must outlive it and the handlers.
class admin_guard {
public:
    // Null: no keys are looked at, or no cookies.
    admin_guard(accounts::administration&, accounts::bearer_tokens&, accounts::idempotent_requests* = nullptr,
                session_cookies* = nullptr);

    // Adds an operation whose access is `permission`; nobody may store what it answers. What is keyed is done once.
    // Throws std::invalid_argument for a permission that there is none of.
    void add(operations&, const operation&, admin_handler) const;
    // The same for a member of `owner`, which must outlive the router.
    template <class Owner>
    void add(operations& all, const operation& o, Owner& owner,
             core::task<http::response> (Owner::*endpoint)(http::request&, accounts::actor)) const
    {
        add(all, o,
            [&owner, endpoint](http::request& q, accounts::actor who) { return (owner.*endpoint)(q, std::move(who)); });
    }

private:
    http::handler around(accounts::permission, admin_handler) const;

    accounts::administration& administration_;
    accounts::bearer_tokens& tokens_;
    accounts::idempotent_requests* const once_;
    session_cookies* const cookies_;
};

} // namespace watchword::api
