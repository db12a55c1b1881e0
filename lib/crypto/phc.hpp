#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace watchword::crypto {

// An Argon2id hash as the PHC string format writes it, version 19.
struct argon2id_hash {
    std::uint32_t memory_kib = 0;
    std::uint32_t passes = 0;
    std::string salt, hash; // bytes
    std::uint32_t lanes = 1;
};

std::string format_argon2id(const argon2id_hash&);

// At least 8 KiB and one pass, at most 256 MiB and 1 GiB x passes in all.
bool is_within_bounds(std::uint64_t memory_kib, std::uint64_t passes) noexcept;

// Nothing unless `text` is the one spelling that format_argon2id gives to a hash within these bounds, with 1 to 64
// lanes of at least 8 KiB, a salt of 8 to 64 bytes and a hash of 16 to 64.
std::optional<argon2id_hash> parse_argon2id(std::string_view text);

} // namespace watchword::crypto
