#pragma once

#include <string_view>

namespace watchword::http {

// Whether `text` is `host[:port]` as the Host field allows it (RFC 9110 section 7.2, RFC 3986 section 3.2.2): a
// name, an IPv4 address or an IPv6 literal in brackets, and digits up to 65535. An empty name is allowed there.
bool is_authority(std::string_view text) noexcept;

} // namespace watchword::http
