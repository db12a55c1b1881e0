#pragma once

#include "core/error.hpp"

#include <chrono>
#include <optional>

// "Not now, but in so many seconds", as an error_code: what an attempt to sign in gets that comes too soon after others
// that failed. Thread-safe.
namespace watchword::accounts {

// At least a second, whatever is given.
core::error_code throttled(std::chrono::seconds wait) noexcept;
// How long to wait; nothing if it is another error.
std::optional<std::chrono::seconds> throttled_for(const core::error_code&) noexcept;

} // namespace watchword::accounts
