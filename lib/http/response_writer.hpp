#pragma once

#include "core/clock.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>

namespace watchword::http {

// The Date of responses (RFC 9110 section 6.6.1), formatted once a second. One thread.
class date_line {
public:
    // "Date: Tue, 24 Nov 2026 10:00:00 GMT\r\n"; valid until the next call.
    std::string_view at(core::timestamp now);

private:
    core::timestamp second_ = core::timestamp::min();
    std::string text_;
};

// How the body of a response is delimited.
enum class framing { content_length, chunked, until_close };

// Appends the status line and all fields, up to and with the empty line. `connection`: the value of that field; none
// if empty. `security`: whole lines, of which the response's own fields replace their namesakes.
void append_head(std::string& out, const response&, framing, std::string_view date_line, std::string_view connection,
                 std::string_view security);

// Appends one piece of a chunked body; an empty piece is the last chunk.
void append_chunk(std::string& out, std::string_view piece);

} // namespace watchword::http
