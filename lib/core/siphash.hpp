#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace watchword::core {

// A key of SipHash: two words, little-endian halves of its 16 bytes.
struct siphash_key {
    std::uint64_t first = 0, second = 0;
};

// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein). With a secret key nobody can find two inputs of one
// hash on purpose. Thread-safe.
std::array<char, 16> siphash_128(std::string_view bytes, siphash_key = {}) noexcept;
// The first half of that, as the little-endian number it is.
std::uint64_t siphash_64(std::string_view bytes, siphash_key = {}) noexcept;

} // namespace watchword::core
