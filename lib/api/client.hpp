#pragma once

#include "accounts/actor.hpp"
#include "accounts/client.hpp"
#include "http/message.hpp"

namespace watchword::api {

// From where a request came, as far as trusted proxies and the connection tell. Takes no memory.
std::optional<core::ip_address> address_of(const http::request&) noexcept;

// Who sent a request, as far as trusted proxies and the connection tell, and what it may be known by. In a coroutine,
// give it a name before it goes into a co_await.
accounts::client client_of(http::request&);

// Who makes a change by a request, as the audit log will say it; without permissions.
accounts::actor actor_of(http::request&, accounts::actor_kind, std::string id);

} // namespace watchword::api
