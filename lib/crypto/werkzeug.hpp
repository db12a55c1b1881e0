#pragma once

#include "core/secret.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace watchword::crypto {

// A password hash of Werkzeug's generate_password_hash: METHOD$SALT$HEX, where the salt is used as text.
struct werkzeug_hash {
    enum class method { pbkdf2, scrypt };
    werkzeug_hash::method method = method::pbkdf2;
    std::string_view digest;           // pbkdf2: sha1, sha224, sha256, sha384 or sha512
    std::uint64_t iterations = 0;      // pbkdf2
    std::uint64_t n = 0, r = 0, p = 0; // scrypt
    std::string_view salt, hex;        // point into the text that was parsed
};

// Nothing for text that is malformed, of a method that is not one of the two, or over the bounds: 10 million PBKDF2
// iterations, 256 MiB and p = 16 of scrypt. A pbkdf2 without a count is refused: its meaning changes with the release.
std::optional<werkzeug_hash> parse_werkzeug(std::string_view text);

// The lower-case hexadecimal hash of `password`, as long as the method makes it. Nothing if OpenSSL fails.
std::optional<core::secret_string> derive(const werkzeug_hash&, std::string_view password);

} // namespace watchword::crypto
