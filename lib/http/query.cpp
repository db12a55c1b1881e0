#include "http/query.hpp"

#include <charconv>

namespace watchword::http {
namespace {

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept
{
    const auto digits = text.substr(text.starts_with('-') ? 1 : 0);
    if (digits.starts_with('0') && text != "0") return std::nullopt;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

} // namespace

core::result<form> parse_query(std::string_view query)
{
    return parse_urlencoded(query, {.fields = 100});
}

core::result<std::optional<std::string_view>> single(const form& values, std::string_view name)
{
    std::optional<std::string_view> found;
    for (const auto& [key, value] : values.fields()) {
        if (key != name) continue;
        if (found) return core::errc::invalid_input;
        found = value;
    }
    return found;
}

core::result<std::optional<std::int64_t>> single_integer(const form& values, std::string_view name, std::int64_t least,
                                                         std::int64_t most)
{
    const auto text = single(values, name);
    if (!text) return text.error();
    if (!*text) return std::optional<std::int64_t>();
    const auto value = parse_integer(**text);
    if (!value || *value < least || *value > most) return core::errc::invalid_input;
    return value;
}

} // namespace watchword::http
