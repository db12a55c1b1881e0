#pragma once

#include "accounts/bearer_tokens.hpp"
#include "api/operations.hpp"
#include "api/session_cookies.hpp"

// GET /v1/verify: what a reverse proxy asks before it passes a request on (nginx's auth_request, forward authentication
// of Traefik and Caddy, Envoy's ext_authz over HTTP, HAProxy with a script; config/proxies has an example of each).
//
// The request carries the client's access token and perhaps conditions; see verify_answer.hpp for what a valid one is
// answered.
//
// All methods are answered alike, because Envoy asks with the client's. It also asks below /v1/verify/, with the path
// and the query of the client: there are no conditions there. 401 and 503 are those of require_bearer. Nobody may store
// an answer: the next one may be another. Bodies are not looked at.
namespace watchword::api {

// With `cookies`, tokens may come in them, too. What is referred to must outlive the router.
void add_verify_routes(operations&, accounts::bearer_tokens&, session_cookies* cookies = nullptr);

} // namespace watchword::api
