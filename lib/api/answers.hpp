#pragma once

#include "core/error.hpp"
#include "http/message.hpp"

namespace watchword::api {

// The one place where errors become HTTP: the answer to a request that failed with `ec`, for the client's eyes. What
// can be tried again carries Retry-After. The log gets the details where they happened.
http::response failure(core::error_code ec);

} // namespace watchword::api
