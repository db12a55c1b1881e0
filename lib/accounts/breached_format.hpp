#pragma once

#include "core/fuse_filter.hpp"
#include "crypto/sha1.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The file of a filter of breached passwords, version 1. All numbers are little-endian:
//
//   0   8  "WWBREACH"
//   8   4  version, 1
//  12   4  N; there are 2^N shards, at most 2^10
//  16   8  passwords in all
//  24   8  bytes of the whole file
//  32  16  SipHash-2-4-128 (key: sixteen zero bytes) of the 32 bytes above and the table below
//  48  40  for each shard: seed (8), segment length (4), segment count (4), passwords (8), SipHash of its fingerprints
//   .   .  the fingerprints of the shards, one after the other
//
// A password is its SHA-1, a key the first half of the SipHash of that; its first N bits are the number of its shard,
// which is a binary fuse filter (core/fuse_filter.hpp). Thread-safe.
namespace watchword::accounts {

using checksum = std::array<char, 16>;

struct breached_shard {
    core::fuse_shape shape;
    std::uint64_t seed = 0;
    std::uint64_t passwords = 0;
    checksum sum{};           // of its fingerprints
    std::uint64_t offset = 0; // of its fingerprints in the file
};

struct breached_index {
    std::uint64_t passwords = 0;
    std::uint64_t file_size = 0;
    std::vector<breached_shard> shards; // a power of two

    const breached_shard& shard_of(std::uint64_t key) const;
};

inline constexpr unsigned most_shard_bits = 10;

std::uint64_t breached_key(const crypto::sha1::digest&) noexcept;

// What the file begins with. Takes what the shards hold, fills in their offsets, the sums and the sizes.
std::string write_breached_index(breached_index&);

// Of a file that begins with these bytes, or is them. Everything in the index is within the file then. Throws
// std::runtime_error that says what is wrong with the file, to follow its name.
breached_index read_breached_index(std::string_view begin, std::uint64_t file_size);

} // namespace watchword::accounts
