#pragma once

#include "http/router.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace watchword::http {

// Which pages of other origins may read this server's responses in a browser.
struct cors_settings {
    // Exactly as browsers send them: "https://app.example", "http://localhost:3000", or "null" for what has none
    // (files, sandboxed frames: anybody's). "*" alone: every page, but never with its user's credentials.
    std::vector<std::string> origins;
    bool credentials = false;         // whether pages may send cookies and client certificates
    std::vector<std::string> headers; // request fields that pages may send
    // Response fields that pages may read beside those that Fetch always shows them.
    std::vector<std::string> exposed{"ETag",         "Idempotency-Replayed", "Link",        "Location",
                                     "RateLimit",    "RateLimit-Policy",     "Retry-After", "Preference-Applied",
                                     "X-Request-Id", "WWW-Authenticate"};
    std::chrono::seconds max_age{600}; // how long a browser may remember a preflight
};

// Cross-origin resource sharing (Fetch, section 3.2). A preflight from an allowed origin to a path that exists is
// answered 204 with what the path can be asked for; every other request goes on as if this were not there, and its
// response, errors too, names the origin if that is allowed. Every response has `Vary: Origin`. Whether a request is
// carried out never depends on its origin: this is no protection of the server. Thread-safe.
class cors {
public:
    // std::invalid_argument for "*" or "null" with credentials, "*" beside other origins, and a line break in any text.
    explicit cors(cors_settings);

    // Must outlive the router.
    void add_to(router&) const;

private:
    struct string_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
    };

    std::string_view lines_for(std::string_view origin) const; // none if it is not allowed
    core::task<response> answer_preflight(std::string_view methods) const;

    bool any_origin_ = false;
    std::unordered_map<std::string, std::string, string_hash, std::equal_to<>> allowed_; // origin -> field lines
    std::string preflight_lines_;
};

} // namespace watchword::http
