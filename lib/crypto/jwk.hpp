#pragma once

#include "core/error.hpp"
#include "core/secret.hpp"
#include "crypto/signature_key.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

// Keys as JSON (RFC 7517; RFC 7518 section 6; RFC 8037 section 2), for signatures only. Thread-safe.
namespace watchword::crypto {

inline constexpr std::size_t longest_jwk = 16 * 1024, longest_kid = 128; // bytes

// A key's `kid`; if it has none, its thumbprint. Errors:
//   too_large      more than longest_jwk
//   unsupported    a kty, crv or alg that signature_algorithm has not; more than two primes
//   invalid_input  no JSON object, or duplicate members; a member that must be there is not, or is no canonical
//                  base64url; numbers that verifying_key::load or signing_key::load refuses; RSA and oct keys without
//                  alg, unless `as` says what they are for; an alg that does not fit the kty, the crv or `as`; a use
//                  that is not "sig"; key_ops with others than "verify" and "sign", or twice, or without the one that
//                  is meant here; a kid that is not 1 to 128 visible characters of ASCII
// A public key must have no private member. Other members are ignored; x5u is never fetched.
core::result<named_verifying_key> read_public_jwk(std::string_view text, std::optional<signature_algorithm> as = {});
// The same of a private key, which HS256 has, too. RSA keys have all of d, p, q, dp, dq and qi. What is read is wiped.
core::result<named_signing_key> read_private_jwk(std::string_view text, std::optional<signature_algorithm> as = {});

// What the functions above read back, with alg, use and kid. Throw std::invalid_argument for a kid that they would
// refuse, and for the public part of an HS256 key, which has none.
std::string write_public_jwk(const named_verifying_key&);
core::secret_string write_private_jwk(const named_signing_key&);

// A JWK set (RFC 7517 section 5) of what may be published: HS256 keys are left out.
std::string write_jwks(std::span<const named_verifying_key>);

// The SHA-256 thumbprint (RFC 7638), base64url. Of an HS256 key it tells those who see it as much as a token does.
std::string thumbprint(const verifying_key&);

} // namespace watchword::crypto
