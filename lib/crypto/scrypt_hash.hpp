#pragma once

#include "core/error.hpp"
#include "crypto/key_derivation.hpp"

#include <string>
#include <string_view>

namespace watchword::crypto {

// An scrypt hash with its salt and key as bytes, written as
//   passlib has it (PHC):  $scrypt$ln=LOG2N,r=R,p=P$SALT$KEY, both in base64 without padding
//   Django has it:         scrypt$N$SALT$R$P$KEY; the salt is text, the key in padded base64
struct scrypt_hash {
    scrypt_cost cost;
    std::string salt, key;
};

// invalid_input for malformed text, a key that is not 64 bytes or, in a PHC string, 32; too_large beyond
// hash_bounds.hpp.
core::result<scrypt_hash> parse_phc_scrypt(std::string_view text);
core::result<scrypt_hash> parse_django_scrypt(std::string_view text);

// Whether it is the hash of `password`. unavailable if OpenSSL fails.
core::result<bool> matches(const scrypt_hash&, std::string_view password);

} // namespace watchword::crypto
