#pragma once

#include "accounts/administration.hpp"
#include "api/admin_guard.hpp"
#include "api/cursor.hpp"
#include "core/json.hpp"

namespace watchword::api {

// The routes of /v1/admin/users: users and their sessions. Thread-safe. Everything referred to must outlive it.
class admin_users {
public:
    admin_users(accounts::administration&, const accounts::service&, const cursors&, core::json_limits = {});

    // `this` must outlive the router.
    void add_routes(operations&, const admin_guard&);

private:
    core::task<http::response> list(http::request&, accounts::actor);
    core::task<http::response> create(http::request&, accounts::actor);
    core::task<http::response> show(http::request&, accounts::actor);
    core::task<http::response> update(http::request&, accounts::actor);
    core::task<http::response> remove(http::request&, accounts::actor);
    core::task<http::response> list_sessions(http::request&, accounts::actor);
    core::task<http::response> end_sessions(http::request&, accounts::actor);
    core::task<http::response> end_session(http::request&, accounts::actor);

    accounts::administration& administration_;
    const accounts::service& service_;
    const cursors& cursors_;
    const core::json_limits limits_;
};

} // namespace watchword::api
