#pragma once

#include "http/message.hpp"

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace watchword::http {

// Which handler answers which method and path. Filled before the server starts, then only read: const members are
// thread-safe. HEAD is answered by GET's handler, OPTIONS by the router itself; a path that exists without the
// method asked for answers 405 with Allow.
class router {
public:
    // `pattern`: "/fixed/{parameter}/path". A parameter is one whole, non-empty segment. Fixed paths win over
    // patterns, earlier patterns over later ones. Throws std::invalid_argument for a pattern that is malformed or
    // a route that exists already.
    void add(method, std::string_view pattern, handler);

    // Always answers: 404, 405 and a handler's exception (logged, 500) become responses. `request` and this router
    // must outlive the task. Segments are compared after percent-decoding, so an escaped '/' never splits one.
    core::task<response> answer(request&) const;

    // Every route as "METHOD /pattern", in the order added.
    std::vector<std::string> list() const;

private:
    struct route {
        std::string pattern;
        std::vector<std::string> segments; // "{name}" for parameters
        std::array<handler, method_count> handlers;
        std::string allow;
    };
    struct string_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
    };

    const route* find(request&) const;
    const route* find_decoded(request&) const;

    std::vector<route> routes_;
    std::unordered_map<std::string, std::size_t, string_hash, std::equal_to<>> fixed_; // path -> index in routes_
};

} // namespace watchword::http
