#include "core/text.hpp"

#include <array>
#include <charconv>
#include <cstring>

namespace watchword::core {
namespace {

constexpr std::string_view base64url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr auto base64url_values = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < base64url_alphabet.size(); ++i)
        values[static_cast<unsigned char>(base64url_alphabet[i])] = static_cast<std::int8_t>(i);
    return values;
}();

constexpr char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

} // namespace

std::size_t utf8_size(std::string_view text) noexcept
{
    if (text.empty()) return 0;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (text.size() < size) return 0;
    const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (byte(1) < low || byte(1) > high) return 0;
    for (std::size_t i = 2; i < size; ++i)
        if ((byte(i) & 0xC0) != 0x80) return 0;
    return size;
}

bool is_utf8(std::string_view text) noexcept
{
    while (!text.empty()) {
        std::size_t size = 8; // of ASCII at once
        std::uint64_t eight = 0;
        if (text.size() >= size) std::memcpy(&eight, text.data(), size);
        if (text.size() < size || (eight & 0x8080808080808080u) != 0) size = utf8_size(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

int hex_value(char c) noexcept
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_token_character(char c) noexcept
{
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
    return c != '\0' && std::strchr("!#$%&'*+-.^_`|~", c) != nullptr;
}

bool iequals(std::string_view a, std::string_view b) noexcept
{
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

std::string_view trim(std::string_view text) noexcept
{
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string base64url_encode(std::string_view bytes)
{
    std::string out;
    out.resize((bytes.size() * 4 + 2) / 3);
    char* to = out.data();
    const auto put = [&to](std::uint32_t bits, int digits) {
        for (int shift = 18; digits > 0; shift -= 6, --digits) *to++ = base64url_alphabet[(bits >> shift) & 0x3F];
    };
    const auto at = [&bytes](std::size_t i) { return std::uint32_t(static_cast<unsigned char>(bytes[i])); };
    std::size_t i = 0;
    for (; i + 3 <= bytes.size(); i += 3) put(at(i) << 16 | at(i + 1) << 8 | at(i + 2), 4);
    if (bytes.size() - i == 2) put(at(i) << 16 | at(i + 1) << 8, 3);
    if (bytes.size() - i == 1) put(at(i) << 16, 2);
    return out;
}

result<std::string> base64url_decode(std::string_view text)
{
    if (text.size() % 4 == 1) return errc::invalid_input;
    std::string out;
    out.resize(text.size() * 3 / 4);
    char* to = out.data();
    int wrong = 0; // negative as soon as one value is
    const auto at = [&](std::size_t i) {
        const int value = base64url_values[static_cast<unsigned char>(text[i])];
        wrong |= value;
        return static_cast<std::uint32_t>(value);
    };
    std::size_t i = 0;
    for (; i + 4 <= text.size(); i += 4, to += 3) {
        const auto bits = at(i) << 18 | at(i + 1) << 12 | at(i + 2) << 6 | at(i + 3);
        to[0] = static_cast<char>(bits >> 16);
        to[1] = static_cast<char>(bits >> 8 & 0xFF);
        to[2] = static_cast<char>(bits & 0xFF);
    }
    std::uint32_t spare = 0; // set: a second spelling of the same bytes
    if (text.size() - i == 3) {
        const auto bits = at(i) << 12 | at(i + 1) << 6 | at(i + 2);
        to[0] = static_cast<char>(bits >> 10 & 0xFF);
        to[1] = static_cast<char>(bits >> 2 & 0xFF);
        spare = bits & 0x3;
    } else if (text.size() - i == 2) {
        const auto bits = at(i) << 6 | at(i + 1);
        to[0] = static_cast<char>(bits >> 4 & 0xFF);
        spare = bits & 0xF;
    }
    if (wrong < 0 || spare != 0) return errc::invalid_input;
    return out;
}

std::string hex_encode(std::string_view bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out.push_back(digits[byte >> 4]);
        out.push_back(digits[byte & 0xF]);
    }
    return out;
}

result<std::string> hex_decode(std::string_view text)
{
    if (text.size() % 2 != 0) return errc::invalid_input;
    std::string out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        if (text[i] != lower(text[i]) || text[i + 1] != lower(text[i + 1])) return errc::invalid_input;
        const int high = hex_value(text[i]), low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) return errc::invalid_input;
        out.push_back(static_cast<char>(high * 16 + low));
    }
    return out;
}

std::optional<std::uint64_t> parse_unsigned(std::string_view text) noexcept
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

} // namespace watchword::core
