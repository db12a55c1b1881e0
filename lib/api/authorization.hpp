#pragma once

#include "http/message.hpp"

#include <optional>
#include <string_view>

// The Authorization field (RFC 9110 section 11.6.2), as /v1 takes it. Thread-safe.
namespace watchword::api {

// The value of the one there is: empty if there is none, nothing if there are several, of which nothing tells which
// counts. Points into the request.
std::optional<std::string_view> find_authorization(const http::request&) noexcept;

// What a field has behind its scheme, "Bearer " or "Basic "; empty for another scheme.
std::string_view credentials_in(std::string_view field, std::string_view scheme) noexcept;

} // namespace watchword::api
