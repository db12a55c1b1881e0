#pragma once

#include "accounts/bearer_tokens.hpp"
#include "api/session_cookies.hpp"
#include "http/message.hpp"

#include <functional>
#include <string_view>

namespace watchword::api {

// The access token that came along under /v1 in `Authorization: Bearer` (RFC 6750 section 2.1); empty if there is none.
// invalid_token: with two Authorization fields nothing tells which of them counts. Points into the request.
core::result<std::string_view> find_bearer_token(const http::request&);

// A handler under /v1 that needs a caller. It cannot be routed without require_bearer: forgetting the check does not
// compile.
using bearer_handler = std::function<core::task<http::response>(http::request&, accounts::bearer)>;

// Lets `next` answer only requests with an access token of /v1 that is valid now. The others get 401 with the code
// token_missing, token_invalid or token_expired and a challenge (RFC 6750 section 3), or 503 when nobody can tell.
// With `cookies`, the token may also come in the access cookie of a request without Authorization; what is forged then
// (session_cookies::find_forgery) gets 403. What is referred to must outlive it.
http::handler require_bearer(accounts::bearer_tokens& tokens, bearer_handler next, session_cookies* cookies = nullptr);

} // namespace watchword::api
