#pragma once

#include "accounts/administration.hpp"
#include "accounts/key_ring.hpp"
#include "api/admin_guard.hpp"
#include "core/json.hpp"

namespace watchword::api {

// The routes of /v1/admin/signing-keys: what signs access tokens. Thread-safe. Everything referred to must outlive it.
class admin_signing_keys {
public:
    admin_signing_keys(accounts::administration&, const accounts::service&, accounts::key_ring&, const core::clock&,
                       core::json_limits = {});

    // `this` must outlive the router.
    void add_routes(operations&, const admin_guard&);

private:
    core::task<http::response> list(http::request&, accounts::actor);
    core::task<http::response> rotate(http::request&, accounts::actor);

    accounts::administration& administration_;
    const accounts::service& service_;
    accounts::key_ring& keys_;
    const core::clock& clock_;
    const core::json_limits limits_;
};

} // namespace watchword::api
