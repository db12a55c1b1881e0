#pragma once

#include <cstdint>
#include <netinet/in.h>
#include <string>
#include <string_view>

namespace watchword::load {

// The server to load. Only this machine's own: 127.x.y.z:PORT or localhost:PORT. Throws std::runtime_error otherwise.
::sockaddr_in parse_target(std::string_view text);
std::string to_text(const ::sockaddr_in&);

// 127.0.0.1 for 0, 127.0.0.2 for 1 and so on: each has ports of its own, so that more connections fit.
::in_addr source_address(std::size_t number);

// A non-blocking socket that is connecting from `source` to `target`; -1 with errno if that failed at once.
int start_connecting(const ::sockaddr_in& target, ::in_addr source);
// What became of it: 0 or an errno.
int connect_error(int socket);

// Lets the process open `files` files, if the hard limit allows; throws std::runtime_error otherwise.
void allow_files(std::size_t files);

} // namespace watchword::load
