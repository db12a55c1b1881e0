#pragma once

#include "core/network.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// HAProxy's PROXY protocol, versions 1 and 2: the header that a TCP proxy sends before the client's first byte. It is
// read only where it is configured, from proxies that are trusted, and never guessed.
namespace watchword::http {

inline constexpr std::size_t most_proxy_header_bytes = 4096; // the whole of version 2; version 1 has at most 107

enum class proxy_verdict {
    need_more, // the bytes so far begin a header
    complete,
    malformed, // close the connection without an answer
};

struct proxy_source {
    core::ip_address address; // IPv4-mapped ones as IPv4
    std::uint16_t port = 0;
};

struct proxy_header {
    proxy_verdict verdict = proxy_verdict::malformed;
    // complete: of the header. need_more: what the header has at least, always more than came so far.
    std::size_t size = 0;
    // Of a complete header; nothing for LOCAL, UNKNOWN and families other than TCP over IP: the peer itself counts.
    std::optional<proxy_source> source;
};

// Reads the header that a connection begins with from all bytes received so far. What follows the header does not
// change the answer, and every answer but need_more is final.
//
// All of what needs more belongs to the header, so that no byte behind it is ever taken by a reader which peeks,
// calls with what it took before and what it sees now, and takes the first min(size, seen) bytes; or by one that
// cannot peek and reads exactly size bytes in all.
//
// Refused: versions and families that are not in the specification, addresses and ports in other than their one
// spelling, control characters, more than most_proxy_header_bytes. TLVs are skipped, checksums among them.
// Thread-safe, no allocation; linear in most_proxy_header_bytes at most.
proxy_header read_proxy_header(std::string_view bytes) noexcept;

} // namespace watchword::http
