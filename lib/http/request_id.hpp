#pragma once

#include "core/random.hpp"
#include "http/message.hpp"

#include <string_view>

namespace watchword::http {

// What a request is called in the log, in its response and by other services: the client's X-Request-Id (1 to 128 of
// A-Z a-z 0-9 . _ ~ : + / = @ -), else the trace id of its traceparent, else 16 random bytes in hexadecimal, which are
// made only when the id is needed. No trace is begun here: what this server does for a request is known by its id, and
// it asks nobody else to whom a trace could be passed on. A trace context that is malformed is ignored. Handed to
// router::identify_by. Thread-safe.
class request_ids {
public:
    // needed: for responses of 500 and above, and for of(). always: for every request, so that each line of an access
    // log can be found by what the client saw.
    enum class when { needed, always };

    // `random` must outlive it.
    explicit request_ids(core::random_source& random, when make = when::needed) : random_(random), make_(make) {}

    // Sets the request's id and trace context from its fields.
    void read(request&) const;
    // The id of a request that was read, made now if there is none; empty if there is no randomness to be had.
    std::string_view of(request&) const noexcept;
    // Adds X-Request-Id to the response if the request has an id or must have one, and "request_id", and "trace_id"
    // if there is one, to the problem details of 500 and above.
    void write(request&, response&) const;

private:
    core::random_source& random_;
    const when make_;
};

// The request's id, made now if it has none; empty if nobody gives it one.
inline std::string_view id_of(request& q) noexcept
{
    return q.ids ? q.ids->of(q) : q.id;
}

} // namespace watchword::http
