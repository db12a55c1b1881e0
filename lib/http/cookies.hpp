#pragma once

#include "core/error.hpp"
#include "http/message.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

// Cookies as RFC 6265 section 4 wants servers to read and write them. Pure: thread-safe, linear time.
namespace watchword::http {

// The value of the cookie of that name (compared with case), over all Cookie fields, without the double quotes it may
// stand in. Nothing if it is missing, if its value has characters that no cookie of a server of ours has (white space,
// control characters, '"', ',', '\', beyond ASCII), or if the name comes twice, whatever the values: a page of another
// path or subdomain may have set the second, and two readers could take different ones. Pairs that are malformed are
// skipped. Does not allocate; the view points into the request.
std::optional<std::string_view> cookie(const request& q, std::string_view name) noexcept;

enum class same_site { strict, lax, none };

// A cookie for the host that answers and nobody else: there is no Domain attribute.
struct new_cookie {
    std::string_view name;
    std::string_view value;
    std::string_view path = "/";
    std::optional<std::chrono::seconds> max_age = std::nullopt; // none: until the browser closes; 0: remove it
    bool http_only = true;                                      // scripts do not see it
    bool secure = true;                                         // sent over TLS only
    http::same_site same_site = http::same_site::lax;
};

// The value of a Set-Cookie field, one field for each cookie. Errors: invalid_input for what browsers would not keep
// or not send back as it is (a name that is no token, a value with characters that `cookie` refuses, a path that does
// not begin with '/' or has ';' or control characters or is beyond ASCII, a negative age, `__Host-` without Secure
// and the path "/", `__Secure-` and SameSite=None without Secure); too_large for a name and value of more than 4096
// bytes or a path of more than 1024.
core::result<std::string> set_cookie(const new_cookie& made);

} // namespace watchword::http
