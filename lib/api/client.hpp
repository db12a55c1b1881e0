#pragma once

#include "accounts/client.hpp"
#include "http/message.hpp"

namespace watchword::api {

// Who sent a request, as far as trusted proxies and the connection tell.
accounts::client client_of(const http::request&);

} // namespace watchword::api
