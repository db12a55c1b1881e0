#pragma once

#include <cstdint>

// The most that a stored hash may cost. Whoever filled the database has chosen it, and a comparison holds a hashing
// slot: what lies above is not computed. At these bounds one takes a second to fifteen, on a busy core (slowest:
// PBKDF2 with SHA-512). Far above what any of the libraries that make such hashes has as its default.
namespace watchword::crypto::hash_bounds {

inline constexpr std::uint64_t argon2_memory_kib = 256 * 1024; // at once
inline constexpr std::uint64_t argon2_work_kib = 1024 * 1024;  // memory times passes
inline constexpr std::uint64_t argon2_lanes = 64;

inline constexpr std::uint64_t pbkdf2_iterations = 10'000'000; // times the digests that the key is long

inline constexpr std::uint64_t scrypt_bytes = 256u << 20;       // at once: 128 N r
inline constexpr std::uint64_t scrypt_work_bytes = 1024u << 20; // memory times p
inline constexpr std::uint64_t scrypt_p = 16;

inline constexpr std::uint64_t bcrypt_cost = 16;             // a power of two
inline constexpr std::uint64_t sha_crypt_rounds = 1'000'000; // of sha256crypt and sha512crypt

inline constexpr std::size_t salt_size = 1024;   // bytes, where a format sets no limit of its own
inline constexpr std::size_t stored_size = 4096; // of the whole text

} // namespace watchword::crypto::hash_bounds
