// Any Cookie fields: every cookie is what a simple reader makes of them. Any name, value and path: what is written is
// one line and comes back as it was.
#include "core/text.hpp"
#include "http/cookies.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

using namespace watchword;

namespace {

std::vector<std::string> split(const std::string& text, char separator)
{
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == separator)
            parts.emplace_back();
        else
            parts.back().push_back(c);
    }
    return parts;
}

using all_cookies = std::map<std::string, std::vector<std::string>>;

all_cookies read_simply(const std::vector<std::string>& fields)
{
    all_cookies out;
    for (const auto& field : fields)
        for (const auto& pair : split(field, ';')) {
            const auto equals = pair.find('=');
            if (equals == pair.npos) continue;
            const std::string name(core::trim(pair.substr(0, equals))), value(core::trim(pair.substr(equals + 1)));
            out[name].push_back(
                value.size() > 1 && value[0] == '"' && value.back() == '"' ? value.substr(1, value.size() - 2) : value);
        }
    return out;
}

bool is_plain(const std::string& value)
{
    return std::all_of(value.begin(), value.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte == 0x21 || (byte >= 0x23 && byte <= 0x2B) || (byte >= 0x2D && byte <= 0x3A) ||
               (byte >= 0x3C && byte <= 0x5B) || (byte >= 0x5D && byte <= 0x7E);
    });
}

void check_reading(const std::string& text)
{
    const auto fields = split(text, '\n');
    http::request q;
    for (const auto& field : fields) q.headers.push_back({"Cookie", core::trim(field)});

    for (const auto& [name, values] : read_simply(fields)) {
        const bool is_token = !name.empty() && std::all_of(name.begin(), name.end(), core::is_token_character);
        const auto found = http::cookie(q, name);
        if (found.has_value() != (is_token && values.size() == 1 && is_plain(values[0]))) std::abort();
        if (found && *found != values[0]) std::abort();
    }
}

void check_writing(const std::string& text)
{
    const auto parts = split(text, '\n');
    if (parts.size() < 4) return;
    const unsigned flags = parts[3].empty() ? 0 : static_cast<unsigned char>(parts[3][0]);
    http::new_cookie made{
        parts[0], parts[1], parts[2], {}, (flags & 1) != 0, (flags & 2) != 0, http::same_site(flags >> 2 & 1)};
    if ((flags & 8) != 0) made.max_age = std::chrono::seconds(flags);
    const auto line = http::set_cookie(made);
    if (!line) return;

    if (line->size() > 4096 + 1024 + 100 || line->find_first_of(std::string("\r\n\0", 3)) != line->npos) std::abort();
    const auto attributes = split(*line, ';');
    const std::size_t expected = 3 + made.http_only + made.secure + made.max_age.has_value();
    if (attributes.size() != expected || attributes[1] != " Path=" + parts[2]) std::abort();
    http::request q;
    q.headers.push_back({"Cookie", attributes[0]});
    if (http::cookie(q, parts[0]) != std::optional<std::string_view>(parts[1])) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text(reinterpret_cast<const char*>(data), size);
    check_reading(text);
    check_writing(text);
    return 0;
}
