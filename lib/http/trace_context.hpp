#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

// W3C Trace Context, level 1: where a request stands in a trace that spans services.
namespace watchword::http {

struct trace_context {
    std::string_view trace_id;  // 32 hexadecimal digits
    std::string_view parent_id; // 16 of them
    std::uint8_t flags = 0;     // 1: sampled
};
// The value of a `traceparent` field (section 3.2), which the result refers to: version 00 exactly, of later versions
// what 00 knows. Nothing for anything else, and for ids that are all zeros.
std::optional<trace_context> parse_traceparent(std::string_view) noexcept;

// The entries of `tracestate` (section 3.3), of all fields of that name joined by commas, which the result refers to;
// entries without anything are allowed and left out. Nothing if one is malformed, if a key comes twice, and if there
// are more than 32.
using trace_state = std::vector<std::pair<std::string_view, std::string_view>>;
inline constexpr std::size_t most_trace_state_entries = 32;
std::optional<trace_state> parse_tracestate(std::string_view joined);

} // namespace watchword::http
