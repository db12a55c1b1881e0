#pragma once

#include "accounts/administration.hpp"
#include "api/admin_guard.hpp"
#include "api/cursor.hpp"

namespace watchword::api {

// GET /v1/admin/audit: who has changed what. Thread-safe. Everything referred to must outlive it.
class admin_audit {
public:
    admin_audit(accounts::administration&, const accounts::service&, const cursors&);

    // `this` must outlive the router.
    void add_routes(operations&, const admin_guard&);

private:
    core::task<http::response> list(http::request&, accounts::actor);

    accounts::administration& administration_;
    const accounts::service& service_;
    const cursors& cursors_;
};

} // namespace watchword::api
