#pragma once

#include "http/message.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace watchword::http {

// The fields that tell browsers to be careful, made once and appended to every response as one text. Data (JSON and
// whatever else no browser renders) gets only `X-Content-Type-Options: nosniff`, which keeps it data: the others speak
// to a page, and their 121 bytes would be sent with every token check for nothing. What a browser renders, text/html
// above all, also gets a policy that lets it load, run and frame nothing, and no referrer. Under TLS every response
// has Strict-Transport-Security (RFC 6797), because any may be a client's first. Thread-safe.
class security_lines {
public:
    // As without TLS.
    security_lines() : security_lines(false, {}) {}
    // `hsts`: for how long a client is to insist on TLS; not said if 0, nor without TLS (RFC 6797 section 7.2).
    security_lines(bool tls, std::chrono::seconds hsts);

    // Those for this response; valid as long as this object.
    std::string_view of(const response&) const noexcept;

private:
    std::string data_, page_;
};

// Whether it is one of the fields above.
bool is_security_field(std::string_view name) noexcept;

// Appends the lines, but for fields that the response sets itself: its own win.
void append_security_lines(std::string& out, std::string_view lines, const response&);

} // namespace watchword::http
