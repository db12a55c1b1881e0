#include "support/response_text.hpp"

#include "core/text.hpp"

#include <charconv>
#include <stdexcept>
#include <string_view>

namespace watchword::test {
namespace {

[[noreturn]] void fail(const std::string& what, std::string_view text)
{
    throw std::runtime_error(what + ": '" + std::string(text.substr(0, 200)) + "'");
}

std::size_t number(std::string_view text, int base)
{
    std::size_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (failed != std::errc() || end != text.data() + text.size()) fail("no number", text);
    return value;
}

// `head`: status line and fields, each line ending in CRLF.
http_response parse_head(std::string_view head)
{
    http_response r;
    const auto end = head.find("\r\n");
    const auto line = head.substr(0, end);
    if (line.size() < 13 || !line.starts_with("HTTP/1.1 ") || line[12] != ' ') fail("no status line", line);
    r.status = static_cast<int>(number(line.substr(9, 3), 10));
    r.reason = line.substr(13);
    head.remove_prefix(end + 2);
    while (!head.empty()) {
        const auto field = head.substr(0, head.find("\r\n"));
        const auto colon = field.find(':');
        if (colon == field.npos || colon == 0 || field.find_first_of("\r\n") != field.npos) fail("no field", field);
        r.headers.emplace_back(field.substr(0, colon), core::trim(field.substr(colon + 1)));
        head.remove_prefix(field.size() + 2);
    }
    return r;
}

// The chunks that `text` starts with, joined, and how many bytes they take; nothing if they are not whole.
std::optional<std::pair<std::string, std::size_t>> join_chunks(std::string_view text)
{
    std::string body;
    for (std::size_t at = 0;;) {
        const auto end = text.find("\r\n", at);
        if (end == text.npos) return std::nullopt;
        const auto size = number(text.substr(at, end - at), 16);
        at = end + 2;
        if (text.size() < at + size + 2) return std::nullopt;
        if (text.substr(at + size, 2) != "\r\n") fail("a chunk does not end where it says", text.substr(at + size));
        body += text.substr(at, size);
        at += size + 2;
        if (size == 0) return std::pair(std::move(body), at);
    }
}

} // namespace

std::optional<http_response> take_response(std::string& received, bool ended)
{
    const auto end = received.find("\r\n\r\n");
    if (end == received.npos) return std::nullopt;
    auto r = parse_head(std::string_view(received).substr(0, end + 2));
    const auto rest = std::string_view(received).substr(end + 4);
    const bool has_no_body = r.status < 200 || r.status == 204 || r.status == 304;
    const bool was_head = (ended && rest.empty()) || rest.starts_with("HTTP/1.1 ");
    std::size_t taken = 0;
    if (has_no_body || was_head) {
        taken = 0;
    } else if (core::iequals(r.header("Transfer-Encoding"), "chunked")) {
        auto chunks = join_chunks(rest);
        if (!chunks) return std::nullopt;
        r.body = std::move(chunks->first);
        taken = chunks->second;
    } else if (const auto length = r.header("Content-Length"); !length.empty()) {
        taken = number(length, 10);
        if (rest.size() < taken) return std::nullopt;
        r.body = rest.substr(0, taken);
    } else if (ended) {
        taken = rest.size();
        r.body = rest;
    } else {
        return std::nullopt;
    }
    received.erase(0, end + 4 + taken);
    return r;
}

std::vector<http_response> take_responses(std::string& received)
{
    std::vector<http_response> all;
    while (auto r = take_response(received, true)) all.push_back(std::move(*r));
    if (!received.empty()) fail("the connection ended within a response", received);
    return all;
}

} // namespace watchword::test
