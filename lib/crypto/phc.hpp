#pragma once

#include "core/error.hpp"
#include "crypto/argon2_fill.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace watchword::crypto {

// An Argon2 hash as the PHC string format writes it, version 19.
struct argon2_hash {
    std::uint32_t memory_kib = 0;
    std::uint32_t passes = 0;
    std::string salt, hash; // bytes
    std::uint32_t lanes = 1;
    argon2_type type = argon2_type::id;
};

std::string format_argon2(const argon2_hash&);

// At least 8 KiB and one pass, and no more than hash_bounds.hpp allows.
bool is_within_bounds(std::uint64_t memory_kib, std::uint64_t passes) noexcept;

// invalid_input unless `text` is the one spelling that format_argon2 gives to a hash with a salt of 8 to 64 bytes, a
// hash of 16 to 64 and at least 8 KiB for each lane; too_large beyond hash_bounds.hpp.
core::result<argon2_hash> parse_argon2(std::string_view text);

} // namespace watchword::crypto
