#pragma once

#include "core/error.hpp"
#include "http/message.hpp"

#include <chrono>

namespace watchword::api {

// The one place where errors become HTTP: the answer to a request that failed with `ec`, for the client's eyes. What
// can be tried again carries Retry-After: after `wait` where there was too much to do, at least a second, and after a
// second otherwise. The log gets the details where they happened.
http::response failure(core::error_code ec, std::chrono::seconds wait = std::chrono::seconds(1));

} // namespace watchword::api
