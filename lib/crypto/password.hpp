#pragma once

#include "core/random.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// Password hashes. All of this blocks for milliseconds and needs megabytes: call it on hashing threads only.
// Thread-safe.
namespace watchword::crypto {

// Cost of Argon2id (RFC 9106) with one lane. The default is OWASP's.
struct argon2id_parameters {
    std::uint32_t memory_kib = 19456;
    std::uint32_t passes = 2;
};

// Whether verify_password takes hashes of that cost; new ones of any other could never be used.
bool is_verifiable(argon2id_parameters) noexcept;

// A PHC string, $argon2id$v=19$m=...,t=...,p=1$salt$hash, with 16 bytes of salt and 32 of hash.
// Throws std::bad_alloc without memory, std::invalid_argument for parameters that Argon2 does not have.
std::string hash_password(std::string_view password, argon2id_parameters, core::random_source&);

enum class verdict {
    match,
    match_outdated, // right, but stored in another format or with other parameters than `current`: hash it again
    mismatch,
    unusable, // the stored text is malformed, of an unknown format, or would cost more than the bounds allow
};

// Compares a password with what is stored: our Argon2id, and Werkzeug's pbkdf2:DIGEST:ITERATIONS$salt$hex and
// scrypt:N:r:p$salt$hex. Bounds: Argon2id 256 MiB and 1 GiB x passes in all, one lane, PBKDF2 10 million iterations,
// scrypt 256 MiB and p = 16; hostile stored text costs no more. Clear text, bare digests and single HMACs are unusable.
verdict verify_password(std::string_view password, std::string_view stored, argon2id_parameters current);

// Whether Argon2id computes a known result on this machine. Call once at start.
bool passwords_self_test();

} // namespace watchword::crypto
