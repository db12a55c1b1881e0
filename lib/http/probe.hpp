#pragma once

#include "core/listen_address.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace watchword::http {

// What a server has answered to a probe.
struct probed {
    unsigned status = 0;
    std::string body; // its first 64 KiB
};

// Where a server that listens there is reached from its own machine: "127.0.0.1:5000" of "0.0.0.0:5000". Nothing but
// the address and its port is changed.
core::listen_address reachable(core::listen_address);
// As its operator writes it: "https://127.0.0.1:5000", "unix:/run/watchword.sock".
std::string to_string(const core::listen_address&);

// Sends one GET to a server of one's own on this machine and waits for the answer, as a health check does. Under TLS
// its certificate is not verified; in front of a listener with ?proxy_protocol stands the header of a proxy that asks
// for itself. Blocks, until `limit` is over at the latest. Throws std::runtime_error with why there is no answer; also
// for sockets that a service manager holds and for port 0, whose place nobody knows.
probed probe(const core::listen_address& where, std::string_view target, std::chrono::milliseconds limit);

} // namespace watchword::http
