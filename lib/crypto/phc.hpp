#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace watchword::crypto {

// An Argon2id hash as the PHC string format writes it, version 19, one lane.
struct argon2id_hash {
    std::uint32_t memory_kib = 0;
    std::uint32_t passes = 0;
    std::string salt, hash; // bytes
};

std::string format_argon2id(const argon2id_hash&);

// Nothing unless `text` is the one spelling that format_argon2id gives to a hash within the bounds: at most 256 MiB,
// 1 GiB x passes in all, a salt of 8 to 64 bytes and a hash of 16 to 64.
std::optional<argon2id_hash> parse_argon2id(std::string_view text);

} // namespace watchword::crypto
