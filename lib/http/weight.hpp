#pragma once

#include <optional>
#include <string_view>

namespace watchword::http {

// A weight (RFC 9110 section 12.4.2: from 0 to 1, at most 3 digits after the point) in thousandths: "0.5" as 500.
// Nothing for any other text.
std::optional<int> parse_weight(std::string_view text) noexcept;

} // namespace watchword::http
