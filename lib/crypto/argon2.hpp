#pragma once

#include "crypto/argon2_fill.hpp"
#include "crypto/argon2_memory.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace watchword::crypto {

// What Argon2 version 0x13 computes a tag of (RFC 9106 section 3.1): Argon2id, unless it says otherwise.
struct argon2id_input {
    std::string_view password, salt, secret, associated_data;
    std::uint32_t memory_kib = 0, passes = 0, lanes = 1;
    argon2_type type = argon2_type::id;
};

// What Argon2 has: a tag of at least 4 bytes, a salt of 8, 8 KiB of memory for each lane, a pass and a lane; and costs
// that is_within_bounds (phc.hpp).
bool is_possible(const argon2id_input&, std::size_t tag_size) noexcept;

// Lanes are computed one after the other, on this thread. What it used of `memory` and of the stack is wiped. Throws
// std::bad_alloc without memory, std::invalid_argument for what is not possible.
void argon2id(argon2_fill, argon2_memory&, const argon2id_input&, std::span<char> tag);

// The hash function of variable length, H' (section 3.3); exported for the tests.
void argon2_long_hash(std::string_view input, std::span<char> out);

} // namespace watchword::crypto
