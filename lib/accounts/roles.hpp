#pragma once

#include "core/error.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

// What a user may do, in words whose meaning is the applications' own. Thread-safe.
namespace watchword::accounts {

inline constexpr std::size_t most_roles = 32, longest_role = 64;

inline constexpr std::string_view admin_role = "admin"; // has every permission of permissions.hpp

// One text with spaces between, each word once, in their order. invalid_input: more than 32, or one that is not of
// 1 to 64 characters of a-z, 0-9, ':', '_', '.' and '-'.
core::result<std::string> join_roles(std::span<const std::string>);

} // namespace watchword::accounts
