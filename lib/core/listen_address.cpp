#include "core/listen_address.hpp"

#include "core/text.hpp"

#include <boost/asio/ip/address.hpp>

#include <sys/un.h>

namespace watchword::core {
namespace {

bool take_prefix(std::string_view& text, std::string_view prefix) noexcept
{
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

std::optional<unsigned> parse_mode(std::string_view text) noexcept
{
    if (text.empty() || text.size() > 4) return std::nullopt;
    unsigned mode = 0;
    for (const char c : text) {
        if (c < '0' || c > '7') return std::nullopt;
        mode = mode * 8 + static_cast<unsigned>(c - '0');
    }
    return mode <= 0777 ? std::optional<unsigned>(mode) : std::nullopt;
}

bool read_options(std::string_view options, listen_address& out)
{
    while (!options.empty()) {
        const auto end = options.find('&');
        const auto option = options.substr(0, end);
        options = end == options.npos ? std::string_view() : options.substr(end + 1);
        constexpr std::string_view mode_name = "mode=";
        if (option == "proxy_protocol") {
            out.proxy_protocol = true;
        } else if (option.starts_with(mode_name) && out.kind == listen_address::family::unix_socket) {
            const auto mode = parse_mode(option.substr(mode_name.size()));
            if (!mode) return false;
            out.mode = *mode;
        } else {
            return false;
        }
    }
    return true;
}

bool read_endpoint(std::string_view text, listen_address& out)
{
    const auto colon = text.rfind(':');
    if (colon == text.npos) return false;
    const auto port = parse_unsigned(text.substr(colon + 1));
    if (!port || *port > 65535) return false;
    auto host = text.substr(0, colon);
    if (host == "localhost") host = "127.0.0.1";
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (host.find('\0') != host.npos) return false;
    error_code ec;
    const auto address = asio::ip::make_address(std::string(host), ec);
    if (ec || address.is_v6() != bracketed) return false;
    out.endpoint = {address, static_cast<std::uint16_t>(*port)};
    return true;
}

} // namespace

result<listen_address> parse_listen_address(std::string_view text)
{
    listen_address out;
    const auto question = text.find('?');
    const auto options = question == text.npos ? std::string_view() : text.substr(question + 1);
    text = text.substr(0, question);

    if (take_prefix(text, "unix:")) {
        out.kind = listen_address::family::unix_socket;
        out.name = text;
        constexpr std::size_t longest = sizeof(::sockaddr_un::sun_path) - 1;
        if (text.empty() || text.size() > longest || text.find('\0') != text.npos) return errc::invalid_input;
    } else if (const bool tls = take_prefix(text, "https+systemd"); tls || take_prefix(text, "systemd")) {
        out.tls = tls;
        out.kind = listen_address::family::inherited;
        if (take_prefix(text, ":")) {
            if (text.empty()) return errc::invalid_input;
            out.name = text;
        } else if (!text.empty()) {
            return errc::invalid_input;
        }
    } else {
        out.tls = take_prefix(text, "https://");
        if (!out.tls) take_prefix(text, "http://");
        if (!read_endpoint(text, out)) return errc::invalid_input;
    }
    if (!read_options(options, out)) return errc::invalid_input;
    return out;
}

} // namespace watchword::core
