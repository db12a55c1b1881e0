#include "http/link.hpp"

#include "http/query.hpp"

#include <algorithm>
#include <stdexcept>

namespace watchword::http {
namespace {

bool is_letter_or_digit(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Appends the text with all but letters, digits and what is in `kept` percent-encoded.
void append_encoded(std::string& out, std::string_view text, std::string_view kept)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : text) {
        if (is_letter_or_digit(c) || kept.find(c) != kept.npos) {
            out.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out.append({'%', digits[byte >> 4], digits[byte & 15]});
    }
}

constexpr std::string_view unreserved = "-._~";
constexpr std::string_view of_references = "-._~:/?#[]@!$&'()*+,;=%"; // RFC 3986: reserved, unreserved and escapes

void append_pair(std::string& out, std::string_view name, std::string_view value)
{
    out.push_back(out.find('?') == out.npos ? '?' : '&');
    append_encoded(out, name, unreserved);
    out.push_back('=');
    append_encoded(out, value, unreserved);
}

} // namespace

std::string link_value(std::string_view target, std::string_view relation)
{
    const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
    if (relation.empty() || !std::all_of(relation.begin(), relation.end(), is_plain))
        throw std::invalid_argument("a link's relation that is no word");
    std::string out = "<";
    append_encoded(out, target, of_references);
    return out.append(">; rel=\"").append(relation).append("\"");
}

std::string target_with(const request& q, std::string_view name, std::string_view value)
{
    std::string out;
    append_encoded(out, q.path, "-._~:/@!$&'()*+,;=%"); // no '?' begins the query before its time
    const auto asked = parse_query(q.query);
    if (asked) {
        for (const auto& [key, text] : asked->fields())
            if (key != name) append_pair(out, key, text);
    }
    append_pair(out, name, value);
    return out;
}

void set_next_page(response& r, const request& q, std::string_view cursor)
{
    r.set("Link", link_value(target_with(q, "cursor", cursor), "next"));
}

} // namespace watchword::http
