#pragma once

#include "accounts/token_checker.hpp"
#include "http/message.hpp"

#include <functional>

namespace watchword::api {

// The token that came along, as require_token takes it; empty if there is none. invalid_token: two x-access-token
// fields are not one, for nothing tells which of them counts. Points into the request.
core::result<std::string_view> find_token(const http::request&);

// A handler that needs a caller. It cannot be routed without require_token: forgetting the check does not compile.
using caller_handler = std::function<core::task<http::response>(http::request&, accounts::caller)>;

// Lets `next` answer only requests with a valid token, from `x-access-token` or, without that, from
// `Authorization: Bearer` (RFC 6750 section 2.1). The others get the tutorial's answers. `checker` must outlive it.
http::handler require_token(accounts::token_checker& checker, caller_handler next);

} // namespace watchword::api
