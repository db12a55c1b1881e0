#pragma once

#include "core/error.hpp"
#include "crypto/key_derivation.hpp"

#include <string_view>
#include <variant>

namespace watchword::crypto {

// A password hash of Werkzeug's generate_password_hash: METHOD$SALT$HEX, where the salt is used as text.
struct werkzeug_hash {
    std::variant<pbkdf2_cost, scrypt_cost> cost;
    std::string_view salt, hex; // point into the text that was parsed
};

// invalid_input for text that is malformed or of a method that is neither pbkdf2 nor scrypt; too_large beyond
// hash_bounds.hpp. A pbkdf2 without a count is refused: its meaning changes with the release.
core::result<werkzeug_hash> parse_werkzeug(std::string_view text);

// Whether it is the hash of `password`. unavailable if OpenSSL fails.
core::result<bool> matches(const werkzeug_hash&, std::string_view password);

} // namespace watchword::crypto
