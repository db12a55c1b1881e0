#include "http/message.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "http/security_headers.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <stdexcept>

namespace watchword::http {

std::string_view to_string(method m) noexcept
{
    switch (m) {
    case method::get: return "GET";
    case method::head: return "HEAD";
    case method::post: return "POST";
    case method::put: return "PUT";
    case method::patch: return "PATCH";
    case method::delete_: return "DELETE";
    case method::options: return "OPTIONS";
    case method::trace: return "TRACE";
    case method::connect: return "CONNECT";
    case method::other: break;
    }
    return {};
}

std::string_view reason(status s) noexcept
{
    switch (s) {
    case status::ok: return "OK";
    case status::created: return "Created";
    case status::accepted: return "Accepted";
    case status::no_content: return "No Content";
    case status::not_modified: return "Not Modified";
    case status::bad_request: return "Bad Request";
    case status::unauthorized: return "Unauthorized";
    case status::forbidden: return "Forbidden";
    case status::not_found: return "Not Found";
    case status::method_not_allowed: return "Method Not Allowed";
    case status::not_acceptable: return "Not Acceptable";
    case status::request_timeout: return "Request Timeout";
    case status::conflict: return "Conflict";
    case status::precondition_failed: return "Precondition Failed";
    case status::payload_too_large: return "Content Too Large";
    case status::uri_too_long: return "URI Too Long";
    case status::unsupported_media_type: return "Unsupported Media Type";
    case status::expectation_failed: return "Expectation Failed";
    case status::unprocessable_content: return "Unprocessable Content";
    case status::precondition_required: return "Precondition Required";
    case status::too_many_requests: return "Too Many Requests";
    case status::request_header_fields_too_large: return "Request Header Fields Too Large";
    case status::internal_server_error: return "Internal Server Error";
    case status::not_implemented: return "Not Implemented";
    case status::service_unavailable: return "Service Unavailable";
    case status::http_version_not_supported: return "HTTP Version Not Supported";
    }
    return "Unknown";
}

std::string_view request::header(std::string_view name) const noexcept
{
    for (const auto& field : headers)
        if (core::iequals(field.name, name)) return field.value;
    return {};
}

std::string_view request::parameter(std::string_view name) const noexcept
{
    for (const auto& [key, value] : parameters)
        if (key == name) return value;
    return {};
}

namespace {

// The first line of `lines`, each ending in CRLF, with its end.
std::string_view first_line(std::string_view lines) noexcept
{
    const auto end = lines.find("\r\n");
    return end == lines.npos ? lines : lines.substr(0, end + 2);
}

bool is_field(std::string_view line, std::string_view name) noexcept
{
    return line.size() > name.size() && line[name.size()] == ':' && core::iequals(line.substr(0, name.size()), name);
}

// The first line with that field; empty if there is none.
std::string_view find_field(std::string_view lines, std::string_view name) noexcept
{
    while (!lines.empty()) {
        const auto line = first_line(lines);
        if (is_field(line, name)) return line;
        lines.remove_prefix(line.size());
    }
    return {};
}

// Appends the lines of all other fields.
void append_without(std::string& out, std::string_view lines, std::string_view name)
{
    while (!lines.empty()) {
        const auto line = first_line(lines);
        if (!is_field(line, name)) out.append(line);
        lines.remove_prefix(line.size());
    }
}

} // namespace

response& response::set(std::string_view name, std::string_view value)
{
    constexpr std::string_view line_ends("\r\n\0", 3);
    if (name.empty() || name.find_first_of(line_ends) != name.npos || value.find_first_of(line_ends) != value.npos)
        throw std::invalid_argument("a response field with a line break");
    lines_.reserve(lines_.size() + name.size() + value.size() + 4); // without memory, no part of a line
    lines_.append(name).append(": ").append(value).append("\r\n");
    security_fields_ = security_fields_ || is_security_field(name);
    return *this;
}

response& response::replace(std::string_view name, std::string_view value)
{
    std::string others;
    append_without(others, literal_lines_, name);
    append_without(others, lines_, name);
    literal_lines_ = {};
    lines_ = std::move(others);
    return set(name, value);
}

response& response::replace_body(std::string body)
{
    shared_body_.reset();
    body_ = std::move(body);
    return *this;
}

response& response::replace_body(std::shared_ptr<const std::string> body)
{
    body_.clear();
    shared_body_ = std::move(body);
    return *this;
}

response& response::replace_stream(body_stream stream)
{
    stream_ = std::move(stream);
    return *this;
}

response& response::strip(http::status s)
{
    status_ = s;
    content_type_ = {};
    stream_ = nullptr;
    return replace_body(std::string());
}

std::string_view response::header(std::string_view name) const noexcept
{
    auto line = find_field(lines_, name);
    if (line.empty()) line = find_field(literal_lines_, name);
    if (line.empty()) return {};
    line.remove_prefix(name.size() + 1);
    return core::trim(line.substr(0, line.find("\r\n")));
}

bool response::has(std::string_view name) const noexcept
{
    return !find_field(lines_, name).empty() || !find_field(literal_lines_, name).empty();
}

response problem(status s, std::string_view code, std::string_view detail, std::string_view field)
{
    boost::json::object body;
    body["type"] = "about:blank";
    body["title"] = core::json_string(reason(s));
    body["status"] = static_cast<unsigned>(s);
    body["code"] = core::json_string(code);
    body["detail"] = core::json_string(detail);
    if (!field.empty()) body["field"] = core::json_string(field);
    return response(s, "application/problem+json", boost::json::serialize(body) + "\n");
}

} // namespace watchword::http
