#pragma once

#include "http/message.hpp"

#include <string_view>

namespace watchword::http {

// Whether the client lets something of this media type be sent, "application/json" for example, in lower case and
// without parameters (RFC 9110 section 12.5.1): it sent no Accept, or the most specific range that it is in has a
// weight above 0. A range with parameters is of other things, but for `charset=utf-8`, which all our texts have.
// Several fields are one list; elements that are malformed are passed over, and if nothing else is there, anything may
// be sent.
bool accepts(const request&, std::string_view type);

// 406, for a request that accepts nothing that there is. Problems are sent whether or not they are accepted: the
// standard prefers an answer that says what is wrong.
response not_acceptable();

} // namespace watchword::http
