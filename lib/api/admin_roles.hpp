#pragma once

#include "accounts/administration.hpp"
#include "api/admin_guard.hpp"
#include "core/json.hpp"

namespace watchword::api {

// The routes of /v1/admin/roles: what roles permit. Thread-safe. Everything referred to must outlive it.
class admin_roles {
public:
    admin_roles(accounts::administration&, const accounts::service&, core::json_limits = {});

    // `this` must outlive the router.
    void add_routes(operations&, const admin_guard&);

private:
    core::task<http::response> list(http::request&, accounts::actor);
    core::task<http::response> show(http::request&, accounts::actor);
    core::task<http::response> set(http::request&, accounts::actor);
    core::task<http::response> remove(http::request&, accounts::actor);

    accounts::administration& administration_;
    const accounts::service& service_;
    const core::json_limits limits_;
};

} // namespace watchword::api
