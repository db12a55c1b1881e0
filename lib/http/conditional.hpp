#pragma once

#include "http/message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace watchword::http {

// An entity tag (RFC 9110 section 8.8.3): names one state of a resource.
struct entity_tag {
    std::string_view opaque; // what is between the quotes
    bool weak = false;
};
// "\"abc\"" or "W/\"abc\"", which the result refers to; nothing for any other text.
std::optional<entity_tag> parse_entity_tag(std::string_view) noexcept;

// RFC 9110 section 8.8.3.2. Strong: byte for byte the same. Weak: good enough to show.
bool equal_strongly(const entity_tag&, const entity_tag&) noexcept;
bool equal_weakly(const entity_tag&, const entity_tag&) noexcept;

// A strong tag for these bytes, with its quotes: their SipHash-2-4 of 128 bits under a fixed key. The same on every
// server, and different for different bytes but by an accident that nobody will see; the key is no secret, so it
// proves nothing. About 1 us for 1.5 KB.
std::string make_entity_tag(std::string_view bytes);

// The answer to a GET or HEAD whose If-None-Match names the ETag of `r`, a 200: a 304 with the same fields and no
// body (RFC 9110 section 13.1.2). Otherwise `r`. A malformed list matches nothing.
response not_modified_if_matched(const request&, response r);

// Whether what the client wants to change is still what it has seen, `current` (the value of an ETag; empty if there is
// nothing yet): no If-Match, or one that names it (RFC 9110 section 13.1.1, strong comparison). If not: answer with
// precondition_failed(). A malformed list matches nothing.
bool is_unchanged(const request&, std::string_view current);
response precondition_failed();   // 412
response precondition_required(); // 428 (RFC 6585)

// What a PUT, PATCH or DELETE of `current` (as above) is answered when it must not be done (RFC 9110 section 13.2.2):
// 412 if it has changed, or if If-None-Match names it, where "*" lets only what is not there yet be made; 428 (RFC
// 6585) without If-Match where one is required. A malformed If-Match or If-None-Match is a condition that does not
// hold. Nothing: go on. To be asked again, with is_unchanged() or by a version that the change names, where others may
// change it in between.
enum class if_match { optional, required };
std::optional<response> refuse_change(const request&, std::string_view current, if_match = if_match::optional);

} // namespace watchword::http
