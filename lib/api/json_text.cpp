#include "api/json_text.hpp"

#include "core/text.hpp"
#include "core/words.hpp"

#include <cstdint>

namespace watchword::api {
namespace {

constexpr char32_t replacement = 0xFFFD;

void append_unit(std::string& out, std::uint32_t unit)
{
    constexpr std::string_view digits = "0123456789abcdef";
    out.append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) out.push_back(digits[(unit >> shift) & 0xF]);
}

void append_escaped(std::string& out, char32_t c)
{
    if (c < 0x10000) return append_unit(out, c);
    append_unit(out, 0xD800 + ((c - 0x10000) >> 10));
    append_unit(out, 0xDC00 + ((c - 0x10000) & 0x3FF));
}

// Takes the character at the start of `text`, which is not ASCII; one byte if it is malformed.
char32_t take_character(std::string_view& text)
{
    const std::size_t size = core::utf8_size(text);
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    char32_t c = size == 0 ? replacement : byte(0) & (0xFFu >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) c = (c << 6) | (byte(i) & 0x3Fu);
    text.remove_prefix(size == 0 ? 1 : size);
    return c;
}

} // namespace

void append_json_string(std::string& out, std::string_view text)
{
    out.push_back('"');
    while (!text.empty()) {
        const char c = text.front();
        if (static_cast<unsigned char>(c) >= 0x80) {
            append_escaped(out, take_character(text));
            continue;
        }
        text.remove_prefix(1);
        switch (c) {
        case '"': out.append("\\\""); break;
        case '\\': out.append("\\\\"); break;
        case '\n': out.append("\\n"); break;
        case '\r': out.append("\\r"); break;
        case '\t': out.append("\\t"); break;
        case '\b': out.append("\\b"); break;
        case '\f': out.append("\\f"); break;
        default:
            if (static_cast<unsigned char>(c) < 0x20) {
                append_unit(out, static_cast<unsigned char>(c));
            } else {
                out.push_back(c);
            }
        }
    }
    out.push_back('"');
}

void append_json_string(std::string& out, std::string_view before, std::string_view text)
{
    out.append(before);
    append_json_string(out, text);
}

void append_json_words(std::string& out, std::string_view before, std::string_view words)
{
    out.append(before).push_back('[');
    for (bool first = true; !words.empty(); first = false)
        append_json_string(out, first ? "" : ",", core::take_word(words));
    out.push_back(']');
}

} // namespace watchword::api
