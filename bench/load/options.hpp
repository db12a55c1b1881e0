#pragma once

#include "load/scenario.hpp"
#include "load/tls_client.hpp"

#include <chrono>
#include <cstdint>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace watchword::load {

using std::chrono::nanoseconds;

// What to do; help_text() says what each means.
struct options {
    ::sockaddr_in target{};
    scenario load; // classes of the command line among it
    std::optional<tls_settings> tls;
    std::string ledger; // a file; empty: none
    std::size_t connections = 64;
    std::size_t idle = 0;
    std::size_t threads = 1;
    std::size_t sources = 0; // 0: as many as the connections need
    std::size_t first_source = 1;
    std::size_t pipeline = 1;
    std::uint64_t requests_per_connection = 0; // 0: without end
    std::uint64_t requests = 0;                // 0: as many as the time allows
    double rate = 0;                           // a second; 0: closed loop
    nanoseconds duration{};
    nanoseconds warm_up = std::chrono::seconds(1);
    nanoseconds timeout = std::chrono::seconds(10);
    nanoseconds interval{}; // 0: nothing is told over time
    std::vector<::pid_t> watched;
    bool quiet = false;
    bool help = false;
};

// Throws std::runtime_error that says what cannot be understood or does not go together.
options parse_options(const std::vector<std::string_view>& arguments);

std::string_view help_text();

} // namespace watchword::load
