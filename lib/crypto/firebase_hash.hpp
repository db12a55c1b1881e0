#pragma once

#include "core/error.hpp"
#include "crypto/key_derivation.hpp"

#include <string>
#include <string_view>

namespace watchword::crypto {

// Firebase's scrypt: a key made with scrypt encrypts the project's signer key (AES-256-CTR from a zero counter), and
// that is the hash. The text has all it takes, as GoTrue writes it too; fields are in padded base64:
//   $fbscrypt$v=1,n=LOG2N,r=R,p=P,ss=SALT_SEPARATOR,sk=SIGNER_KEY$SALT$HASH
struct firebase_hash {
    scrypt_cost cost;
    std::string salt_separator, signer_key, salt, hash;
};

std::string format_firebase(const firebase_hash&);

// invalid_input for malformed text, and a signer key of less than 16 or more than 256 bytes or not as long as the hash;
// too_large beyond hash_bounds.hpp.
core::result<firebase_hash> parse_firebase(std::string_view text);

// Whether it is the hash of `password`. unavailable if OpenSSL fails.
core::result<bool> matches(const firebase_hash&, std::string_view password);

} // namespace watchword::crypto
