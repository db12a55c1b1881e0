#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace watchword::users {

struct made_user {
    std::string public_id; // a UUID of version 4
    std::string name;
    std::string email; // lower case, as most people write theirs; no two users of a seed have the same
};

// The n-th user of a seed: the same on every machine, with names as common as names are, and neither public ids nor
// addresses in the order of n, as in a database that grew by sign-ups.
made_user make_user(std::uint64_t seed, std::uint64_t n);

// What all of them have: Argon2id at the lowest cost there is.
inline constexpr std::string_view known_password = "correct horse battery staple";
inline constexpr std::uint32_t known_memory_kib = 8, known_passes = 1;
inline constexpr std::string_view known_password_hash =
    "$argon2id$v=19$m=8,t=1,p=1$MRhD/ilUHQgpAWzVzflmxQ$RvEVO/H64Fu0KARIIDVfYSd8NN0tEBgGCGAqJnNeoJk";

} // namespace watchword::users
