#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace watchword::http {

// What one client may ask of the server. Each limit has its answer: 431 for header bytes and count, 414 for the
// target, 413 for the body, 408 when a request takes too long to arrive, 503 when its handler takes too long or there
// are too many connections, 429 when one address has too many. Who is given up while it rests, shakes hands or takes
// its response is told nothing. Times are looked at every quarter of a second, so they end up to half a second late.
struct limits {
    std::size_t header_bytes = 16 * 1024; // request line and header fields together
    std::size_t header_count = 100;
    std::size_t target_bytes = 8000; // RFC 9112 section 3 asks for at least 8000
    std::size_t body_bytes = 1024 * 1024;
    std::size_t connections = 20'000;           // in all
    std::size_t connections_per_address = 1000; // an IPv6 client's address is its /64; 0: unlimited
    std::uint64_t requests_per_connection = 0;  // then `Connection: close`; 0: unlimited

    std::chrono::milliseconds handshake_timeout{10'000}; // of TLS, and of a PROXY header
    std::chrono::milliseconds header_timeout{10'000};    // from the first byte of a request to the end of its header
    std::chrono::milliseconds body_timeout{30'000};      // from there to the end of its body
    std::chrono::milliseconds handler_timeout{60'000};   // until there is something to answer; 0: unlimited
    std::chrono::milliseconds write_timeout{30'000};     // without the client taking a byte of the response
    std::chrono::milliseconds idle_timeout{75'000};      // between requests

    // Bytes a second, on average, that a body must arrive with and a response must be taken with, once rate_grace has
    // passed; 0: any.
    std::uint64_t body_rate = 240;
    std::uint64_t response_rate = 240;
    std::chrono::milliseconds rate_grace{5'000};
};

} // namespace watchword::http
