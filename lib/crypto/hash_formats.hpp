#pragma once

#include "core/error.hpp"

#include <string_view>

// The formats of stored password hashes, told apart by how the text begins. Thread-safe.
namespace watchword::crypto {

struct hash_format {
    std::string_view prefix; // of any case if it is "{"
    std::string_view name;   // for the operator
    // Cheap. invalid_input, too_large (beyond hash_bounds.hpp).
    core::error_code (*check)(std::string_view stored);
    // Null for Argon2, which needs the memory of a password_hasher. Besides the errors of check: unavailable.
    core::result<bool> (*matches)(std::string_view stored, std::string_view password);
};

// Null if it is none of ours.
const hash_format* find_hash_format(std::string_view stored) noexcept;

// The PHC string in it: all of it, or what Django has written "argon2" before.
std::string_view argon2_part(std::string_view stored) noexcept;

// Whether password_hasher::verify could compare a password with it: the name of its format. unsupported: it has none
// of the known beginnings; invalid_input: it is malformed; too_large: it costs more than hash_bounds.hpp allows.
core::result<std::string_view> check_hash(std::string_view stored);

} // namespace watchword::crypto
