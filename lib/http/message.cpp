#include "http/message.hpp"

#include "core/text.hpp"

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
    case status::bad_request: return "Bad Request";
    case status::unauthorized: return "Unauthorized";
    case status::forbidden: return "Forbidden";
    case status::not_found: return "Not Found";
    case status::method_not_allowed: return "Method Not Allowed";
    case status::request_timeout: return "Request Timeout";
    case status::conflict: return "Conflict";
    case status::payload_too_large: return "Content Too Large";
    case status::uri_too_long: return "URI Too Long";
    case status::unsupported_media_type: return "Unsupported Media Type";
    case status::expectation_failed: return "Expectation Failed";
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

response& response::set(std::string_view name, std::string_view value)
{
    constexpr std::string_view line_ends("\r\n\0", 3);
    if (name.empty() || name.find_first_of(line_ends) != name.npos || value.find_first_of(line_ends) != value.npos)
        throw std::invalid_argument("a response field with a line break");
    lines_.append(name).append(": ").append(value).append("\r\n");
    return *this;
}

std::string_view response::header(std::string_view name) const noexcept
{
    for (std::string_view rest : {std::string_view(lines_), literal_lines_}) {
        while (!rest.empty()) {
            const auto line = rest.substr(0, rest.find("\r\n"));
            rest.remove_prefix(std::min(rest.size(), line.size() + 2));
            const auto colon = line.find(':');
            if (colon != line.npos && core::iequals(line.substr(0, colon), name))
                return core::trim(line.substr(colon + 1));
        }
    }
    return {};
}

response problem(status s, std::string_view code, std::string_view detail)
{
    const auto text = [](std::string_view v) { return boost::json::string(v.data(), v.size()); };
    boost::json::object body;
    body["type"] = "about:blank";
    body["title"] = text(reason(s));
    body["status"] = static_cast<unsigned>(s);
    body["code"] = text(code);
    body["detail"] = text(detail);
    return response(s, "application/problem+json", boost::json::serialize(body) + "\n");
}

} // namespace watchword::http
