#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// A binary fuse filter with 8-bit fingerprints (Graf and Lemire, "Binary Fuse Filters", 2022): a set of 64-bit keys in
// about 9 bits each (more for sets under 50,000), that never denies a member and takes 1 of 256 others for one.
// Thread-safe.
namespace watchword::core {

// How the fingerprints lie: in segments, of which a key uses three that follow each other.
struct fuse_shape {
    std::uint32_t segment_length = 0; // a power of two
    std::uint32_t segment_count = 0;  // in which a key may begin; 0: there are no keys

    // Bytes of fingerprints.
    std::uint64_t size() const noexcept
    {
        return segment_count == 0 ? 0 : (std::uint64_t(segment_count) + 2) * segment_length;
    }
    // Whether find_fuse_place may be asked about it: whatever the key, the positions are below size() then.
    bool is_valid() const noexcept;
    bool operator==(const fuse_shape&) const = default;
};

inline constexpr std::uint32_t longest_fuse_segment = 1u << 18;
inline constexpr std::size_t most_fuse_keys = 1u << 26;

// The three fingerprints a key depends on, and what their exclusive or is for a member. The shape is valid and has
// segments.
struct fuse_place {
    std::array<std::uint32_t, 3> positions;
    std::uint8_t fingerprint;
};
fuse_place find_fuse_place(fuse_shape, std::uint64_t seed, std::uint64_t key) noexcept;

struct fuse_filter {
    fuse_shape shape;
    std::uint64_t seed = 0;
    std::vector<std::uint8_t> fingerprints; // shape.size() of them

    bool contains(std::uint64_t key) const noexcept;
};

// The keys are different from each other, and at most most_fuse_keys. The same keys in the same order give the same
// filter. Takes about 30 bytes of memory a key meanwhile. Throws std::invalid_argument for equal or too many keys.
fuse_filter build_fuse_filter(std::span<const std::uint64_t> keys);

} // namespace watchword::core
