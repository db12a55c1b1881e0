#pragma once

#include "core/error.hpp"
#include "http/message.hpp"

#include <string_view>

namespace watchword::api {

// What is wrong with a request of an OAuth client, as RFC 6749 section 5.2 tells it:
// {"error":code,"error_description":description}.
struct oauth_error {
    http::status status;
    std::string_view code, description; // literals
};

inline constexpr oauth_error invalid_client{http::status::unauthorized, "invalid_client",
                                            "The client is unknown, or its secret is wrong."};
constexpr oauth_error invalid_request(std::string_view description) noexcept
{
    return {http::status::bad_request, "invalid_request", description};
}

// A 401 has the challenge Basic (RFC 7617).
http::response answer(const oauth_error&);

// The same for a request that failed with `ec`: failure() says how.
http::response oauth_failure(core::error_code ec);

} // namespace watchword::api
