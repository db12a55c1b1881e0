#pragma once

#include "core/error.hpp"
#include "crypto/key_derivation.hpp"

#include <string>
#include <string_view>

namespace watchword::crypto {

// A PBKDF2 hash with its salt and key as bytes, written as
//   passlib has it:  $pbkdf2-sha256$ITERATIONS$SALT$KEY, where $pbkdf2$ alone means SHA-1; both in "adapted" base64
//   Django has it:   pbkdf2_sha256$ITERATIONS$SALT$KEY; the salt is text, the key in padded base64
struct pbkdf2_hash {
    pbkdf2_cost cost;
    std::string salt, key;
};

std::string format_passlib_pbkdf2(const pbkdf2_hash&);

// invalid_input for malformed text, a key that is neither as long as the digest nor 64 bytes; too_large beyond
// hash_bounds.hpp.
core::result<pbkdf2_hash> parse_passlib_pbkdf2(std::string_view text);
core::result<pbkdf2_hash> parse_django_pbkdf2(std::string_view text);

// Whether it is the hash of `password`. unavailable if OpenSSL fails.
core::result<bool> matches(const pbkdf2_hash&, std::string_view password);

} // namespace watchword::crypto
