#include "api/stored_response.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace watchword::api {
namespace {

// A response is
//    1 byte   the version
//    3 digits the status
//    1 digit  the number of its content type below
//    1 byte   'c' if it may be compressed, else 'n'
//    8 digits the size of its field lines, in lower-case hexadecimal
//    the rest the field lines and the body
constexpr char version = '1';
constexpr std::size_t start_size = 14;

// What they are in a response must outlive it.
constexpr std::string_view content_types[] = {"", "application/json", "application/problem+json",
                                              "text/html; charset=utf-8", "text/plain; charset=utf-8"};

std::optional<std::size_t> index_of(std::string_view content_type)
{
    const auto* const found = std::find(std::begin(content_types), std::end(content_types), content_type);
    if (found == std::end(content_types)) return std::nullopt;
    return static_cast<std::size_t>(found - std::begin(content_types));
}

// 8 digits.
void append_size(std::string& out, std::size_t n)
{
    for (int shift = 28; shift >= 0; shift -= 4) out.push_back("0123456789abcdef"[n >> shift & 15]);
}

std::optional<std::size_t> read_size(std::string_view digits)
{
    std::size_t n = 0;
    for (const char c : digits) {
        const int value = core::hex_value(c);
        if (value < 0 || (c >= 'A' && c <= 'F')) return std::nullopt;
        n = n << 4 | static_cast<std::size_t>(value);
    }
    return n;
}

bool is_status(std::uint64_t number) noexcept
{
    return number <= 599 && http::reason(static_cast<http::status>(number)) != "Unknown";
}

// False for what is no line "name: value", with CRLF, after another.
bool set_lines(http::response& r, std::string_view lines)
{
    while (!lines.empty()) {
        const auto end = lines.find("\r\n"), colon = lines.find(": ");
        if (end == lines.npos || colon == 0 || colon >= end) return false;
        const auto name = lines.substr(0, colon), value = lines.substr(colon + 2, end - colon - 2);
        if (!std::all_of(name.begin(), name.end(), core::is_token_character)) return false;
        if (value.find_first_of(std::string_view("\r\n\0", 3)) != value.npos) return false;
        r.set(name, value);
        lines.remove_prefix(end + 2);
    }
    return true;
}

} // namespace

std::optional<core::secret_string> write_response(const http::response& r)
{
    const auto type = index_of(r.content_type());
    const auto lines_size = r.lines().size() + r.literal_lines().size();
    if (r.streams() || !type || lines_size > 0xFFFFFFFFu) return std::nullopt;
    std::string out;
    out.reserve(start_size + lines_size + r.body().size()); // a string that grows leaves copies behind
    out.push_back(version);
    out.append(std::to_string(static_cast<unsigned>(r.status()))).append(std::to_string(*type));
    out.push_back(r.may_be_compressed() ? 'c' : 'n');
    append_size(out, lines_size);
    out.append(r.lines()).append(r.literal_lines()).append(r.body());
    return core::secret_string(std::move(out));
}

core::result<http::response> read_response(std::string_view bytes)
{
    if (bytes.size() < start_size || bytes[0] != version) return core::errc::invalid_input;
    const auto number = core::parse_unsigned(bytes.substr(1, 3)), type = core::parse_unsigned(bytes.substr(4, 1));
    const auto lines_size = read_size(bytes.substr(6, 8));
    const auto rest = bytes.substr(start_size);
    if (!number || !is_status(*number) || !type || *type >= std::size(content_types)) return core::errc::invalid_input;
    if ((bytes[5] != 'c' && bytes[5] != 'n') || !lines_size || *lines_size > rest.size())
        return core::errc::invalid_input;
    http::response r(static_cast<http::status>(*number), content_types[*type], std::string(rest.substr(*lines_size)));
    if (!set_lines(r, rest.substr(0, *lines_size))) return core::errc::invalid_input;
    if (bytes[5] == 'n') r.never_compress();
    return r;
}

} // namespace watchword::api
