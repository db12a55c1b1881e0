#pragma once

#include "accounts/accounts.hpp"
#include "accounts/administration.hpp"
#include "accounts/bearer_tokens.hpp"
#include "accounts/device_proofs.hpp"
#include "accounts/idempotent_requests.hpp"
#include "accounts/key_ring.hpp"
#include "accounts/registered_clients.hpp"
#include "accounts/revocations.hpp"
#include "accounts/sessions.hpp"
#include "accounts/user_changes.hpp"
#include "api/admin_api_keys.hpp"
#include "api/admin_audit.hpp"
#include "api/admin_guard.hpp"
#include "api/admin_metrics.hpp"
#include "api/admin_roles.hpp"
#include "api/admin_signing_keys.hpp"
#include "api/admin_users.hpp"
#include "api/cursor.hpp"
#include "api/oauth.hpp"
#include "api/operations.hpp"
#include "api/own_profile.hpp"
#include "api/own_user.hpp"
#include "api/rate_limits.hpp"
#include "api/session_cookies.hpp"
#include "api/sessions.hpp"
#include "api/setup.hpp"
#include "api/sign_up.hpp"
#include "core/secret.hpp"
#include "core/workers.hpp"
#include "server/idempotency_upkeep.hpp"
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

    // `this` must outlive the router, and so must the limits and what the metrics come from.
    void add_routes(api::operations&, api::rate_limits&, api::metric_sources);
    accounts::administration& administration() noexcept { return administration_; }
    // That of POST /v1/setup.
    const core::secret_string& setup_token() const noexcept { return setup_token_; }
    api::sign_in_counter& sign_ins() noexcept { return sign_ins_; }
    const accounts::bearer_tokens& tokens() const noexcept { return tokens_; }
    // See session_upkeep.
    core::task<> look();

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

    const core::secret_string setup_token_;
    accounts::administration administration_;
    accounts::idempotent_requests once_;
    idempotency_upkeep once_upkeep_;
    const api::cursors cursors_;
    const api::admin_guard guard_;
    api::sign_in_counter sign_ins_;
    api::sign_up sign_up_routes_;
    api::own_profile profile_routes_;
    api::setup setup_routes_;
    api::admin_users user_routes_;
    api::admin_roles role_routes_;
    api::admin_api_keys api_key_routes_;
    api::admin_audit audit_routes_;
    api::admin_signing_keys signing_key_routes_;
    std::optional<api::admin_metrics> metric_routes_; // once there is something to measure
};

} // namespace watchword::server
