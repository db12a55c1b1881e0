#pragma once

#include "core/network.hpp"
#include "http/message.hpp"

#include <optional>
#include <string_view>

namespace watchword::http {

// The one field that the trusted proxies write. Only one is ever believed: a proxy that writes the one passes the
// other on as the client sent it.
enum class forwarding_field {
    x_forwarded_for, // and X-Forwarded-Proto, which the proxy must set or remove
    forwarded,       // RFC 7239
};

// Whose word about their clients is taken, and where they write it.
struct forwarding {
    core::network_list trusted;
    forwarding_field field = forwarding_field::x_forwarded_for;
};

struct forwarded_client {
    std::optional<core::ip_address> address; // IPv4-mapped ones as IPv4; nothing if nobody named one
    std::string_view scheme; // how the client came to its proxy: "http", "https", or empty if no trusted proxy said
};

// Who sent a request through trusted proxies. Reads all fields of that name as one list, from right to left, as long
// as a trusted address vouches for the next entry: the client is the first that is not trusted, or the leftmost. An
// entry without a readable address ("unknown", "_hidden", empty, garbage) hides all that stands left of it: the
// client is then the hop to its right, in the end `peer`, from which the request came. So it is behind 64 entries.
//
// An untrusted peer is the client, whatever it sent. A peer without an address, on a Unix-domain socket, is trusted.
// Thread-safe, linear time, no allocation.
forwarded_client find_client(const request& q, const std::optional<core::ip_address>& peer,
                             const forwarding& proxies) noexcept;

} // namespace watchword::http
