#pragma once

#include "core/error.hpp"
#include "http/message.hpp"

#include <chrono>
#include <string_view>

namespace watchword::api {

// The one place where errors become HTTP: the answer to a request that failed with `ec`, for the client's eyes. What
// can be tried again carries Retry-After: after `wait` where there was too much to do, at least a second, and after a
// second otherwise. The log gets the details where they happened.
http::response failure(core::error_code ec, std::chrono::seconds wait = std::chrono::seconds(1));

// A 401 of a route under /v1, with the challenge that it must have (RFC 9110 section 15.5.2): "Bearer" (RFC 6750).
http::response unauthorized(std::string_view code, std::string_view detail);

} // namespace watchword::api
