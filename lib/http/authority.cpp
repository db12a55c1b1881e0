#include "http/authority.hpp"

#include "core/text.hpp"

#include <array>

namespace watchword::http {
namespace {

bool is_hex(char c) noexcept
{
    return core::hex_value(c) >= 0;
}

// unreserved and sub-delims of RFC 3986; percent escapes are checked apart.
constexpr auto name_characters = [] {
    std::array<bool, 256> ok{};
    for (unsigned char c = '0'; c <= '9'; ++c) ok[c] = true;
    for (unsigned char c = 'a'; c <= 'z'; ++c) ok[c] = ok[c - 'a' + 'A'] = true;
    for (const char c : std::string_view("-._~!$&'()*+;=")) ok[static_cast<unsigned char>(c)] = true;
    return ok;
}();

bool is_port(std::string_view text) noexcept
{
    if (text.empty()) return true;
    const auto value = core::parse_unsigned(text);
    return value && *value <= 65535;
}

} // namespace

bool is_authority(std::string_view text) noexcept
{
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == text.npos || end < 3) return false;
        const auto literal = text.substr(1, end - 1);
        for (const char c : literal)
            if (!is_hex(c) && c != ':' && c != '.') return false;
        if (literal.find(':') == literal.npos) return false;
        const auto rest = text.substr(end + 1);
        return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
    }
    const auto colon = text.find(':');
    const auto host = text.substr(0, colon);
    for (std::size_t i = 0; i < host.size(); ++i) {
        if (host[i] == '%') {
            if (i + 2 >= host.size() || !is_hex(host[i + 1]) || !is_hex(host[i + 2])) return false;
            i += 2;
        } else if (!name_characters[static_cast<unsigned char>(host[i])]) {
            return false;
        }
    }
    return colon == text.npos || is_port(text.substr(colon + 1));
}

} // namespace watchword::http
