#include "http/proxy_protocol.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>

namespace watchword::http {
namespace {

using namespace std::string_view_literals;

constexpr auto tcp4 = "PROXY TCP4 "sv, tcp6 = "PROXY TCP6 "sv;
constexpr auto binary_start = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t most_line_bytes = 107;
constexpr std::size_t least_line_bytes = "PROXY UNKNOWN\r\n"sv.size();
constexpr std::size_t fixed_bytes = 16; // of version 2, in front of the addresses

proxy_header malformed() noexcept
{
    return {};
}

proxy_header need(std::size_t size) noexcept
{
    return {proxy_verdict::need_more, size, std::nullopt};
}

// Whether one is the beginning of the other.
bool agree(std::string_view a, std::string_view b) noexcept
{
    const auto size = std::min(a.size(), b.size());
    return a.substr(0, size) == b.substr(0, size);
}

// --- version 1 ---

std::optional<std::uint16_t> parse_port(std::string_view text) noexcept
{
    const auto value = core::parse_unsigned(text);
    if (!value || *value > 65535 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
    return static_cast<std::uint16_t>(*value);
}

// "192.0.2.1 192.0.2.2 1024 443": source, destination and their ports.
std::optional<proxy_source> parse_addresses(std::string_view text, bool v6) noexcept
{
    std::array<std::string_view, 4> parts;
    for (auto& part : parts) {
        const auto space = text.find(' ');
        if ((space == text.npos) != (&part == &parts.back())) return std::nullopt;
        part = text.substr(0, space);
        text.remove_prefix(std::min(part.size() + 1, text.size()));
    }
    const auto source = core::parse_address(parts[0]), destination = core::parse_address(parts[1]);
    const auto port = parse_port(parts[2]), destination_port = parse_port(parts[3]);
    if (!source || !destination || !port || !destination_port) return std::nullopt;
    if (source->is_v6() != v6 || destination->is_v6() != v6) return std::nullopt;
    return proxy_source{core::unmapped(*source), *port};
}

// Whether what stands in front of a line feed, or came without one so far, is a line of version 1 or may become one.
bool may_become_line(std::string_view bytes) noexcept
{
    if (bytes.ends_with('\r')) bytes.remove_suffix(1);
    if (std::any_of(bytes.begin(), bytes.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; })) return false;
    return agree(bytes, tcp4) || agree(bytes, tcp6) || agree(bytes, "PROXY UNKNOWN "sv);
}

proxy_header read_line(std::string_view bytes) noexcept
{
    bytes = bytes.substr(0, most_line_bytes);
    const auto line_feed = bytes.find('\n');
    auto line = bytes.substr(0, line_feed);
    const bool has_return = line.ends_with('\r');
    const auto size = std::max(least_line_bytes, line.size() + (has_return ? 1 : 2));
    if (size > most_line_bytes || !may_become_line(line)) return malformed();
    if (line_feed == bytes.npos) return need(size);
    if (!has_return) return malformed();

    line.remove_suffix(1);
    if (line == "PROXY UNKNOWN"sv || line.starts_with("PROXY UNKNOWN "sv))
        return {proxy_verdict::complete, size, std::nullopt};
    if (!line.starts_with(tcp4) && !line.starts_with(tcp6)) return malformed();
    const auto source = parse_addresses(line.substr(tcp4.size()), line.starts_with(tcp6));
    if (!source) return malformed();
    return {proxy_verdict::complete, size, source};
}

// --- version 2 ---

unsigned byte_at(std::string_view bytes, std::size_t at) noexcept
{
    return static_cast<unsigned char>(bytes[at]);
}

std::uint16_t number_at(std::string_view bytes, std::size_t at) noexcept
{
    return static_cast<std::uint16_t>(byte_at(bytes, at) << 8 | byte_at(bytes, at + 1));
}

template <class Address> core::ip_address address_at(std::string_view bytes, std::size_t at) noexcept
{
    typename Address::bytes_type raw;
    for (std::size_t i = 0; i < raw.size(); ++i) raw[i] = static_cast<unsigned char>(bytes[at + i]);
    return core::unmapped(Address(raw));
}

constexpr unsigned local = 0x20, proxied = 0x21;                    // version and command
constexpr unsigned tcp_over_v4 = 0x11, tcp_over_v6 = 0x21;          // family and transport
constexpr std::array<std::size_t, 4> address_bytes{0, 12, 36, 216}; // of unspecified, IPv4, IPv6, Unix

std::optional<proxy_source> source_of(std::string_view bytes, unsigned family) noexcept
{
    namespace ip = boost::asio::ip;
    if (family == tcp_over_v4)
        return proxy_source{address_at<ip::address_v4>(bytes, fixed_bytes), number_at(bytes, fixed_bytes + 8)};
    if (family == tcp_over_v6)
        return proxy_source{address_at<ip::address_v6>(bytes, fixed_bytes), number_at(bytes, fixed_bytes + 32)};
    return std::nullopt;
}

proxy_header read_binary(std::string_view bytes) noexcept
{
    if (!agree(bytes, binary_start)) return malformed();
    const bool is_local = bytes.size() > 12 && byte_at(bytes, 12) == local;
    if (bytes.size() > 12 && !is_local && byte_at(bytes, 12) != proxied) return malformed();
    const unsigned family = bytes.size() > 13 && !is_local ? byte_at(bytes, 13) : 0;
    if (family >> 4 > 3 || (family & 0xF) > 2) return malformed();
    if (bytes.size() < fixed_bytes) return need(fixed_bytes);

    const std::size_t length = number_at(bytes, 14);
    if (length < address_bytes[family >> 4] || fixed_bytes + length > most_proxy_header_bytes) return malformed();
    if (bytes.size() < fixed_bytes + length) return need(fixed_bytes + length);
    return {proxy_verdict::complete, fixed_bytes + length, source_of(bytes, family)};
}

} // namespace

proxy_header read_proxy_header(std::string_view bytes) noexcept
{
    if (bytes.empty()) return need(least_line_bytes);
    return bytes.front() == binary_start.front() ? read_binary(bytes) : read_line(bytes);
}

} // namespace watchword::http
