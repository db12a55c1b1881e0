#pragma once

#include "http/message.hpp"

namespace watchword::http {

// What a client would like to be answered when it has changed something (RFC 7240 section 4.2).
enum class return_preference { none, minimal, representation };

// Of `Prefer: return=…`; nothing else in the field, nor what is malformed, is looked at. Of several the first counts
// (section 2).
return_preference read_return_preference(const request&) noexcept;

// The answer to a change, in the client's taste: with `return=minimal` a 200 becomes a 204, and a 201 loses what it
// shows; other fields stay. With either preference a success says so in Preference-Applied. Anything else is `full`,
// unchanged. For answers that hold nothing which the client cannot read again: no new token, no new key.
response as_preferred(const request&, response full);

} // namespace watchword::http
