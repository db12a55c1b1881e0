#pragma once

#include "accounts/bearer_tokens.hpp"
#include "api/session_cookies.hpp"
#include "http/router.hpp"

#include <string_view>

// GET /v1/verify: what a reverse proxy asks before it passes a request on (nginx's auth_request, forward authentication
// of Traefik and Caddy, Envoy's ext_authz over HTTP, HAProxy with a script; config/proxies has an example of each).
//
// The request carries the client's access token. 200 without a body tells who he is:
//
//   X-User-Id     the user's public id
//   X-User-Email  his e-mail address, if he has one
//   X-User-Roles  his roles with commas between, if he has any
//   X-User-Scope  the token's scope with spaces between, if it has one
//
// Whatever an address or a role may contain, these are visible ASCII: '%', spaces but for those of a scope, commas but
// for those between roles, control characters and each byte of any other character's UTF-8 are percent-encoded
// (RFC 3986 section 2.1). So no two users look the same, and who decodes percent escapes has the text as it is.
//
// Conditions stand in the query: `role=NAME`, each of which the user must have, and `scope=WORDS`, each of which the
// token must have. They are percent-encoded, '+' is a space. Else 403 with the code role_missing or scope_missing.
// Anything else in the query is 400 invalid_query: a condition that is misspelt keeps everybody out, and lets nobody
// in.
//
// All methods are answered alike, because Envoy asks with the client's. It also asks below /v1/verify/, with the path
// and the query of the client: there are no conditions there. 401 and 503 are those of require_bearer. Nobody may store
// an answer: the next one may be another. Bodies are not looked at.
namespace watchword::api {

// With `cookies`, tokens may come in them, too. What is referred to must outlive the router.
void add_verify_routes(http::router&, accounts::bearer_tokens&, session_cookies* cookies = nullptr);

// The answer to who has shown a valid token, under the conditions of a query. Thread-safe. A 200 allocates its fields
// twice, and nothing else.
http::response answer_verified(const accounts::bearer_identity&, std::string_view conditions);

} // namespace watchword::api
