#pragma once

#include "core/random.hpp"
#include "http/message.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace watchword::http {

// A W3C trace context: where a request stands in a trace that spans services.
struct trace_context {
    std::string_view trace_id;  // 32 hexadecimal digits
    std::string_view parent_id; // 16 of them
    std::uint8_t flags = 0;     // 1: sampled
};
// The value of a `traceparent` field (Trace Context section 3.2), which the result refers to: version 00 exactly, of
// later versions what 00 knows. Nothing for anything else, and for ids that are all zeros.
std::optional<trace_context> parse_traceparent(std::string_view) noexcept;

// What a request is called in the log, in its response and by other services: the client's X-Request-Id (1 to 128 of
// A-Z a-z 0-9 . _ ~ : + / = @ -), else the trace id of its traceparent, else 16 random bytes in hexadecimal, which are
// made only when the id is needed. Handed to router::identify_by. Thread-safe.
class request_ids {
public:
    // needed: for responses of 500 and above, and for of(). always: for every request, so that each line of an access
    // log can be found by what the client saw.
    enum class when { needed, always };

    // `random` must outlive it.
    explicit request_ids(core::random_source& random, when make = when::needed) : random_(random), make_(make) {}

    // Sets the request's id and traceparent from its fields.
    void read(request&) const;
    // The id of a request that was read, made now if there is none; empty if there is no randomness to be had.
    std::string_view of(request&) const noexcept;
    // Adds X-Request-Id to the response if the request has an id or must have one, and "request_id" to the problem
    // details of 500 and above.
    void write(request&, response&) const;

private:
    core::random_source& random_;
    const when make_;
};

} // namespace watchword::http
