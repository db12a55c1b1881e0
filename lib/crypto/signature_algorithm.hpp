#pragma once

#include <optional>
#include <string_view>

namespace watchword::crypto {

// What a JWS may be signed with: its "alg" (RFC 7518 section 3.1, RFC 8037 section 3.1).
enum class signature_algorithm {
    hs256, // HMAC-SHA-256; who verifies could sign, too
    es256, // ECDSA with P-256 and SHA-256
    eddsa, // with Ed25519
    rs256, // RSASSA-PKCS1-v1_5 with SHA-256
    ps256, // RSASSA-PSS with SHA-256, MGF1 with SHA-256, a salt of 32 bytes
};

// How JWK describes an algorithm's keys (RFC 7518 section 6, RFC 8037 section 2).
struct algorithm_facts {
    std::string_view name;  // alg
    std::string_view type;  // kty
    std::string_view curve; // crv; empty where there is none
};
const algorithm_facts& facts_of(signature_algorithm) noexcept;

// Hundreds of microseconds for a signature, where the others take tens.
bool is_slow_to_sign(signature_algorithm) noexcept;

// Whether any has keys of this type.
bool is_key_type(std::string_view) noexcept;
// As it is written, "ES256"; nothing for any other text.
std::optional<signature_algorithm> find_algorithm(std::string_view name) noexcept;
// The one that keys of this type on this curve have; nothing for types without curves, whose keys could have several.
std::optional<signature_algorithm> find_algorithm(std::string_view type, std::string_view curve) noexcept;

} // namespace watchword::crypto
