#pragma once

#include "accounts/bearer_tokens.hpp"
#include "accounts/sessions.hpp"

#include <string>
#include <string_view>
#include <vector>

// What the routes of /v1/sessions answer, in JSON. Thread-safe.
namespace watchword::api {

// {"access_token", "token_type", "expires_in", "expires_at", "refresh_token", "user": {"id", "email", "name"}}
std::string grant_text(const accounts::session_grant&, const accounts::bearer_tokens::issued&);

// The same for a browser that has the tokens in cookies: {"expires_in", "expires_at", "csrf_token", "user"}
std::string cookie_grant_text(const accounts::session_grant&, const accounts::bearer_tokens::issued&,
                              std::string_view csrf_token);

// {"sessions": [{"id", "current", "device", "address", "created", "last_used", "expires", "amr"} ...]}
std::string list_text(const std::vector<accounts::session_info>&, std::string_view current);

} // namespace watchword::api
