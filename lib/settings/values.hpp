#pragma once

#include "core/rate.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The spellings of values: strict, nothing if the text is not one. Thread-safe.
namespace watchword::settings {

// "30s", "500ms", "5m", "1h", "7d"; a plain number is seconds.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;
// In the largest unit that needs no fraction.
std::string format_duration(std::chrono::milliseconds);

// "64KiB", "1MiB", "2GiB"; a plain number is bytes.
std::optional<std::uint64_t> parse_bytes(std::string_view text) noexcept;
std::string format_bytes(std::uint64_t);

// "600/1m": a count and a time, which is whole seconds up to a day; "none" or "0": no limit.
std::optional<core::rate> parse_rate(std::string_view text) noexcept;
std::string format_rate(const core::rate&);

// "true" or "false".
std::optional<bool> parse_boolean(std::string_view text) noexcept;

// Whether it is an origin as browsers write it (RFC 6454 section 6.2): http or https, a host in lower case, and a port
// unless it is the scheme's own. Also "null" and "*".
bool is_origin(std::string_view text);

// A token of RFC 9110.
bool is_field_name(std::string_view text);

} // namespace watchword::settings
