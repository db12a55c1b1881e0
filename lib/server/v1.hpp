#pragma once

#include "accounts/accounts.hpp"
#include "accounts/bearer_tokens.hpp"
#include "accounts/device_proofs.hpp"
#include "accounts/key_ring.hpp"
#include "accounts/registered_clients.hpp"
#include "accounts/revocations.hpp"
#include "accounts/sessions.hpp"
#include "accounts/user_changes.hpp"
#include "api/oauth.hpp"
#include "api/own_user.hpp"
#include "api/rate_limits.hpp"
#include "api/session_cookies.hpp"
#include "api/sessions.hpp"
#include "core/secret.hpp"
#include "core/workers.hpp"
#include "http/router.hpp"
#include "server/session_upkeep.hpp"
#include "settings/settings.hpp"

#include <optional>

namespace watchword::server {

// What settings say of sessions, and of how long tokens live.
accounts::session_settings session_settings(const settings::settings&);
accounts::revocations::lifetimes token_lifetimes(const settings::settings&);

// What stands behind the routes under /v1, made of the settings. Thread-safe but for look().
class v1_service {
public:
    // Throws std::runtime_error for settings that no token can hold, and for a bad file of clients. What is referred to
    // must outlive it.
    v1_service(const settings::settings&, const core::secret_string& secret, accounts::key_ring&,
               core::workers& signing, store::database&, accounts::service&, accounts::device_proofs&,
               accounts::revocations&, const core::clock&, core::random_source&);

    // `this` must outlive the router, and so must the limits.
    void add_routes(http::router&, api::rate_limits&);
    // See session_upkeep.
    core::task<> look() { return upkeep_.look(); }

private:
    accounts::bearer_tokens tokens_;
    accounts::sessions sessions_;
    accounts::user_changes user_changes_;
    std::optional<api::session_cookies> cookies_; // if they are wanted
    api::sessions session_routes_;
    api::own_user own_user_routes_;
    session_upkeep upkeep_;
    std::optional<accounts::registered_clients> clients_;
    std::optional<api::oauth> oauth_routes_; // if there are clients
};

} // namespace watchword::server
