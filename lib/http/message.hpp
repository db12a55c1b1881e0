#pragma once

#include "core/error.hpp"
#include "core/task.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Requests as handlers see them, and the responses they give. No sockets, no Beast.
namespace watchword::http {

enum class method : std::uint8_t { get, head, post, put, patch, delete_, options, trace, connect, other };
inline constexpr std::size_t method_count = static_cast<std::size_t>(method::other) + 1;
// "GET" ...; empty for other.
std::string_view to_string(method) noexcept;

enum class status : std::uint16_t {
    ok = 200,
    created = 201,
    accepted = 202,
    no_content = 204,
    not_modified = 304,
    bad_request = 400,
    unauthorized = 401,
    forbidden = 403,
    not_found = 404,
    method_not_allowed = 405,
    not_acceptable = 406,
    request_timeout = 408,
    conflict = 409,
    precondition_failed = 412,
    payload_too_large = 413,
    uri_too_long = 414,
    unsupported_media_type = 415,
    expectation_failed = 417,
    unprocessable_content = 422,
    precondition_required = 428,
    too_many_requests = 429,
    request_header_fields_too_large = 431,
    internal_server_error = 500,
    not_implemented = 501,
    service_unavailable = 503,
    http_version_not_supported = 505,
};
// The reason phrase of RFC 9110 section 15, or of RFC 6585.
std::string_view reason(status) noexcept;

class request_ids;

struct header_field {
    std::string_view name, value;
};

// A complete request. Every view points into the connection's buffer and is valid until the handler's task ends.
struct request {
    http::method method = http::method::get;
    std::string_view method_name;
    std::string_view target; // as sent
    std::string_view path;   // its path, still percent-encoded, starting with '/'
    std::string_view query;  // without the '?'
    bool http_1_0 = false;
    std::vector<header_field> headers; // in the order sent; values without white space at the ends
    std::string_view body;             // chunks decoded
    std::string_view remote_address;   // of the client, without its port; "unix" if nobody says whose
    bool secure = false;               // came through TLS, here or at a trusted proxy
    std::string_view client_subject;   // of the client's verified certificate (RFC 2253); empty without one
    std::vector<std::pair<std::string_view, std::string>> parameters; // of the route, percent-decoded

    // Set by request_ids, if the router has them.
    std::string_view id;              // empty: the client gave none, and nobody has needed one yet
    std::string_view traceparent;     // a valid W3C trace context, else empty
    std::string_view trace_id;        // its, or empty
    std::string tracestate;           // what belongs to it, all fields joined, if it is valid: to be passed on with it
    std::string made_id;              // what `id` refers to when the server made it
    const request_ids* ids = nullptr; // who makes one when it is needed

    // Set by the router.
    std::size_t route = 0;                         // its number there; 0: none
    std::chrono::steady_clock::time_point began{}; // if somebody measures

    // The value of the first field of that name (compared without case), or nothing.
    std::string_view header(std::string_view name) const noexcept;
    // The value of a {name} of the route; empty if there is none.
    std::string_view parameter(std::string_view name) const noexcept;
};

// Gives the next piece of a body that is made while it is sent; an empty piece ends it. An error cuts the connection,
// so that the client cannot take the part for the whole.
using body_stream = std::function<core::task<core::result<std::string>>()>;

// What a handler answers. Content-Length, Date and Connection are added when it is sent.
class response {
public:
    explicit response(http::status s = http::status::ok) : status_(s) {}
    // `content_type` must outlive the response: a literal.
    response(http::status s, std::string_view content_type, std::string body)
        : status_(s), content_type_(content_type), body_(std::move(body))
    {}
    // A body that several responses share.
    response(http::status s, std::string_view content_type, std::shared_ptr<const std::string> body)
        : status_(s), content_type_(content_type), shared_body_(std::move(body))
    {}
    response(http::status s, std::string_view content_type, body_stream stream)
        : status_(s), content_type_(content_type), stream_(std::move(stream))
    {}

    // Adds a field. Characters that would end the line are refused: throws std::invalid_argument for them.
    response& set(std::string_view name, std::string_view value);
    // The same in place of every field of that name.
    response& replace(std::string_view name, std::string_view value);
    // Adds complete field lines, each ending in CRLF, as they are: never anything that came from outside.
    response& append_lines(std::string_view lines)
    {
        lines_.append(lines);
        return *this;
    }
    // Complete field lines, each ending in CRLF, that outlive the response: a literal. None of those that
    // security_headers.hpp adds.
    response& set_literal_lines(std::string_view lines) noexcept
    {
        literal_lines_ = lines;
        return *this;
    }
    // Closes the connection after this response.
    response& close() noexcept
    {
        close_ = true;
        return *this;
    }
    // Sends the body as it is: for one that mixes a secret with what a client may choose (the BREACH attack measures
    // how well they compress together), or that is small pieces in a hurry.
    response& never_compress() noexcept
    {
        compressible_ = false;
        return *this;
    }
    response& replace_body(std::string body);
    response& replace_body(std::shared_ptr<const std::string> body);
    response& replace_stream(body_stream stream);
    // Another status, without body and content type; the fields stay.
    response& strip(http::status);

    http::status status() const noexcept { return status_; }
    std::string_view content_type() const noexcept { return content_type_; }
    std::string_view body() const noexcept { return shared_body_ ? std::string_view(*shared_body_) : body_; }
    // Complete field lines, each ending in CRLF.
    std::string_view lines() const noexcept { return lines_; }
    std::string_view literal_lines() const noexcept { return literal_lines_; }
    // The value of the first field of that name among those lines, or nothing.
    std::string_view header(std::string_view name) const noexcept;
    bool has(std::string_view name) const noexcept;
    bool closes() const noexcept { return close_; }
    bool may_be_compressed() const noexcept { return compressible_; }
    // Whether set() was given a field that security_headers.hpp would add.
    bool has_security_fields() const noexcept { return security_fields_; }
    // Null if the body is not shared.
    const std::shared_ptr<const std::string>& shared_body() const noexcept { return shared_body_; }
    bool streams() const noexcept { return stream_ != nullptr; }
    body_stream& stream() noexcept { return stream_; }

private:
    http::status status_;
    bool close_ = false;
    bool compressible_ = true;
    bool security_fields_ = false;
    std::string_view content_type_;
    std::string_view literal_lines_;
    std::string lines_;
    std::string body_;
    std::shared_ptr<const std::string> shared_body_;
    body_stream stream_;
};

// Answers a request; runs on the connection's I/O thread, must not block. The request outlives the task.
using handler = std::function<core::task<response>(request&)>;

// RFC 9457 problem details: {"type":"about:blank","title":...,"status":...,"code":code,"detail":detail}, and
// "field":field if it is the fault of one.
response problem(status, std::string_view code, std::string_view detail, std::string_view field = {});

} // namespace watchword::http
