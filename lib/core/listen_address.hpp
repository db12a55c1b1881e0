#pragma once

#include "core/error.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace watchword::core {

namespace asio = boost::asio;

// Where a server listens, as its operator writes it:
//
//   ADDRESS:PORT  [IPV6]:PORT  localhost:PORT   TCP; port 0 asks for a free one
//   http://...  https://...                     the same, without and with TLS
//   unix:PATH                                   a Unix-domain socket
//   systemd  systemd:NAME                       sockets inherited by LISTEN_FDS (all, or those of that name)
//   https+systemd ...                           the same with TLS
//
// `?proxy_protocol` behind any of them: every connection starts with HAProxy's PROXY header. `?mode=660` behind unix:
// the permissions of the socket, in octal.
struct listen_address {
    enum class family { tcp, unix_socket, inherited };

    family kind = family::tcp;
    asio::ip::tcp::endpoint endpoint; // tcp
    std::string name;                 // unix_socket: the path; inherited: the sockets' name, empty: all
    unsigned mode = 0660;             // unix_socket
    bool tls = false;
    bool proxy_protocol = false;
};

// invalid_input for anything else. Thread-safe.
result<listen_address> parse_listen_address(std::string_view text);

} // namespace watchword::core
