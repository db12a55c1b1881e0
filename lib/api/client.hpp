#pragma once

#include "accounts/client.hpp"
#include "http/message.hpp"

namespace watchword::api {

// From where a request came, as far as trusted proxies and the connection tell. Takes no memory.
std::optional<core::ip_address> address_of(const http::request&) noexcept;

// Who sent a request, as far as trusted proxies and the connection tell, and what it may be known by. In a coroutine,
// give it a name before it goes into a co_await.
accounts::client client_of(const http::request&);

} // namespace watchword::api
