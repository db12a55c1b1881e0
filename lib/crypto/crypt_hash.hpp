#pragma once

#include "core/error.hpp"

#include <string>
#include <string_view>

namespace watchword::crypto {

// A hash that libxcrypt computes: bcrypt ($2a$, $2b$, $2y$), sha512crypt ($6$), sha256crypt ($5$).
// $2x$ is refused: it stands for hashes of an implementation that took the wrong bits of non-ASCII passwords.
struct crypt_hash {
    enum class form {
        plain,
        sha256_hex // what is hashed is the lower-case hexadecimal SHA-256 of the password, as Django's bcrypt_sha256
                   // does
    };
    crypt_hash::form form = form::plain;
    std::string setting; // what stands before the hash: the method, its cost, the salt
    std::string hash;
};

// What crypt(3) stores; also behind {CRYPT}, as LDAP directories have it (RFC 2307).
// invalid_input for malformed text; too_large beyond hash_bounds.hpp.
core::result<crypt_hash> parse_crypt(std::string_view text);
core::result<crypt_hash> parse_ldap_crypt(std::string_view text);
// bcrypt$$2b$…, bcrypt_sha256$$2b$…
core::result<crypt_hash> parse_django_bcrypt(std::string_view text);

// Whether it is the hash of `password`. bcrypt looks at the first 72 bytes only, here as everywhere it was made. A
// password with NUL never matches, nor one of 512 bytes or more with sha512crypt: crypt(3) takes neither.
// unavailable if libxcrypt does not have the method.
core::result<bool> matches(const crypt_hash&, std::string_view password);

} // namespace watchword::crypto
