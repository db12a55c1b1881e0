#pragma once

#include "core/error.hpp"
#include "crypto/key_derivation.hpp"

#include <string>
#include <string_view>

namespace watchword::crypto {

// A salted digest as LDAP directories store it: {SSHA}BASE64 (SHA-1), {SSHA256} or {SSHA512}, where BASE64 is the
// digest of the password and the salt, then the salt. Cheap to guess: to be renewed at the first chance.
struct ldap_hash {
    digest function = digest::sha1;
    std::string key, salt;
};

// invalid_input for malformed text, other schemes, and less than 4 bytes of salt.
core::result<ldap_hash> parse_ldap(std::string_view text);

// Whether it is the hash of `password`. unavailable if OpenSSL fails.
core::result<bool> matches(const ldap_hash&, std::string_view password);

} // namespace watchword::crypto
