#pragma once

#include "accounts/bearer_tokens.hpp"
#include "accounts/sessions.hpp"

#include <string>
#include <string_view>

// What introspection answers about a token that is active, in JSON (RFC 7662 section 2.2). What is not known is left
// out. Thread-safe.
namespace watchword::api {

// {"active":true, "token_type":"Bearer", "scope", "username", "exp", "iat", "nbf", "sub", "aud", "iss", "jti", "sid",
// "roles", "amr", "auth_time"}; the username is the e-mail address.
std::string introspection_text(const accounts::bearer_identity&, std::string_view issuer, std::string_view audience);

// {"active":true, "token_type":"refresh_token", "scope", "username", "exp", "sub", "iss", "sid", "amr", "auth_time"};
// it expires with its session.
std::string introspection_text(const accounts::sessions::live_session&, std::string_view issuer);

} // namespace watchword::api
