#include "http/percent.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <optional>

namespace watchword::http {
namespace {

// The byte of the escape that `text` starts with.
std::optional<char> escape_at_start(std::string_view text)
{
    if (text.size() < 3 || text.front() != '%') return std::nullopt;
    const int high = core::hex_value(text[1]), low = core::hex_value(text[2]);
    if (high < 0 || low < 0) return std::nullopt;
    return static_cast<char>(high * 16 + low);
}

} // namespace

core::result<std::string> percent_decode(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto escaped = escape_at_start(text);
        if (text.front() == '%' && !escaped) return core::errc::invalid_input;
        out.push_back(escaped ? *escaped : text.front());
        text.remove_prefix(escaped ? 3 : 1);
    }
    return out;
}

std::string_view form_decode(std::string_view text, char* to) noexcept
{
    const auto is_plain = [](char c) { return c != '%' && c != '+'; };
    char* end = to;
    while (!text.empty()) {
        const auto* const rest = std::find_if_not(text.begin(), text.end(), is_plain);
        end = std::copy(text.begin(), rest, end);
        text.remove_prefix(static_cast<std::size_t>(rest - text.begin()));
        if (text.empty()) break;
        const auto escaped = escape_at_start(text);
        *end++ = escaped ? *escaped : text.front() == '+' ? ' ' : '%';
        text.remove_prefix(escaped ? 3 : 1);
    }
    return {to, static_cast<std::size_t>(end - to)};
}

std::string form_decode(std::string_view text)
{
    std::string out(text.size(), '\0');
    out.resize(form_decode(text, out.data()).size());
    return out;
}

} // namespace watchword::http
