#pragma once

#include "http/message.hpp"

namespace watchword::http {

// Whether a response may be sent with `Content-Encoding: gzip`, and the client likes it no less than without (RFC 9110
// section 12.5.3): "gzip", "x-gzip" or else "*" with a weight above 0, and not below that of "identity", if that is
// named. Elements that are malformed count as refusals of what they name. Several fields are one list.
bool prefers_gzip(const request&) noexcept;

} // namespace watchword::http
