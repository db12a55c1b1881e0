#include "http/trace_context.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace watchword::http {
namespace {

constexpr std::size_t longest_simple_key = 256, longest_tenant = 241, longest_system = 14, longest_value = 256;

bool is_lower_hex(std::string_view text) noexcept
{
    return text.find_first_not_of("0123456789abcdef") == text.npos;
}

bool is_id(std::string_view text) noexcept
{
    return is_lower_hex(text) && text.find_first_not_of('0') != text.npos;
}

constexpr bool is_lower(char c) noexcept
{
    return c >= 'a' && c <= 'z';
}
constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}
constexpr bool is_key_character(char c) noexcept
{
    return is_lower(c) || is_digit(c) || c == '_' || c == '-' || c == '*' || c == '/';
}

bool is_key_part(std::string_view text, std::size_t longest, bool may_begin_with_digit) noexcept
{
    if (text.empty() || text.size() > longest) return false;
    if (!is_lower(text.front()) && !(may_begin_with_digit && is_digit(text.front()))) return false;
    return std::all_of(text.begin(), text.end(), is_key_character);
}

// NAME or TENANT@SYSTEM.
bool is_key(std::string_view text) noexcept
{
    const auto at = text.find('@');
    if (at == text.npos) return is_key_part(text, longest_simple_key, false);
    return is_key_part(text.substr(0, at), longest_tenant, true) &&
           is_key_part(text.substr(at + 1), longest_system, false);
}

bool is_value(std::string_view text) noexcept
{
    const auto fits = [](char c) { return c >= 0x20 && c <= 0x7e && c != ',' && c != '='; };
    return !text.empty() && text.size() <= longest_value && text.back() != ' ' &&
           std::all_of(text.begin(), text.end(), fits);
}

} // namespace

std::optional<trace_context> parse_traceparent(std::string_view text) noexcept
{
    constexpr std::size_t size_of_00 = 55; // 00-<32>-<16>-<2>
    if (text.size() < size_of_00 || text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
    const auto version = text.substr(0, 2), trace = text.substr(3, 32), parent = text.substr(36, 16),
               flags = text.substr(53, 2);
    if (!is_lower_hex(version) || version == "ff" || !is_lower_hex(flags)) return std::nullopt;
    const bool longer = text.size() > size_of_00;
    if (longer && (version == "00" || text[size_of_00] != '-')) return std::nullopt;
    if (!is_id(trace) || !is_id(parent)) return std::nullopt;
    return trace_context{trace, parent,
                         static_cast<std::uint8_t>(core::hex_value(flags[0]) * 16 + core::hex_value(flags[1]))};
}

std::optional<trace_state> parse_tracestate(std::string_view joined)
{
    trace_state all;
    for (std::size_t begin = 0; begin <= joined.size();) {
        const auto end = std::min(joined.find(',', begin), joined.size());
        const auto entry = core::trim(joined.substr(begin, end - begin)); // spaces and tabs
        begin = end + 1;
        if (entry.empty()) continue;
        const auto equals = entry.find('=');
        if (equals == entry.npos || all.size() == most_trace_state_entries) return std::nullopt;
        const auto key = entry.substr(0, equals), value = entry.substr(equals + 1);
        const auto is_same = [key](const auto& other) { return other.first == key; };
        if (!is_key(key) || !is_value(value) || std::any_of(all.begin(), all.end(), is_same)) return std::nullopt;
        all.emplace_back(key, value);
    }
    return all;
}

} // namespace watchword::http
