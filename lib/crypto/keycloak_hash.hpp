#pragma once

#include "core/error.hpp"

#include <string>
#include <string_view>

namespace watchword::crypto {

// The text under which a password credential of Keycloak is stored here: $pbkdf2…$ or $argon2…$. The arguments are the
// two JSON objects of a credential, credentialData and secretData.
// invalid_input if they are malformed, unsupported for other algorithms than pbkdf2, pbkdf2-sha256, pbkdf2-sha512 and
// argon2 (types id, i and d, version 1.3), too_large beyond hash_bounds.hpp.
core::result<std::string> convert_keycloak(std::string_view credential_data, std::string_view secret_data);

} // namespace watchword::crypto
