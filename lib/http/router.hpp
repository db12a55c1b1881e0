#pragma once

#include "http/message.hpp"
#include "http/middleware.hpp"
#include "http/request_id.hpp"

#include <array>
#include <functional>
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
    router() = default;
    router(const router&) = delete; // its layers refer to it
    router& operator=(const router&) = delete;

    // `pattern`: "/fixed/{parameter}/path". A parameter is one whole, non-empty segment. Fixed paths win over
    // patterns, earlier patterns over later ones. A last segment "{*}" stands for whatever follows, which nobody reads:
    // what is before it has no parameter, wins over patterns, and is compared as it was sent. Throws
    // std::invalid_argument for a pattern that is malformed or a route that exists already.
    void add(method, std::string_view pattern, handler);

    // Adds a layer around everything that the router answers, also 404, 405 and OPTIONS; the first is the outermost.
    // `layer` is called here, and again for each one that is added later.
    void use(middleware layer);
    // Adds a finisher; they run in the order added. What one throws is logged, and the response goes out without it.
    void finish_with(finisher);
    // Is called for each request, before its layers; one at most. What it throws is answered as if a handler had.
    void begin_with(std::function<void(request&)>);
    // Gives requests their ids: in responses, in the problem details of a 5xx and in the log. Must outlive the router.
    void identify_by(const request_ids&);

    // Always answers: 404, 405 and the exception of a handler or layer (logged, 500) become responses. `request` and
    // this router must outlive the task. Segments are compared after percent-decoding, so an escaped '/' never splits
    // one.
    core::task<response> answer(request&) const;

    // The methods that a path can be asked for, as Allow names them; empty if there is nothing at that path, or if what
    // is there answers OPTIONS itself.
    std::string_view allowed_methods(std::string_view path) const;

    // Every route as "METHOD /pattern", in the order added.
    std::vector<std::string> list() const;
    // Of a request::route, which is not 0.
    std::string_view pattern(std::size_t number) const { return routes_.at(number - 1).pattern; }

private:
    struct route {
        std::string pattern;
        std::vector<std::string> segments; // "{name}" for parameters
        std::array<handler, method_count> handlers;
        std::string allow;
        std::string prefix; // of a pattern with "{*}": what is before it, with the slash
    };
    struct string_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
    };

    core::task<response> dispatch(request&) const;
    core::task<response> ask(request& q) const { return layered_ ? layered_(q) : dispatch(q); }
    void finish(request&, response&) const noexcept;
    void log_failure(request&, std::string_view what) const;
    const route* find(request&) const;
    const route* find_prefix(std::string_view path) const noexcept;
    const route* find_decoded(request&) const;

    std::vector<route> routes_;
    std::unordered_map<std::string, std::size_t, string_hash, std::equal_to<>> fixed_; // path -> index in routes_
    std::vector<std::size_t> prefixes_;                                                // those routes that have one
    std::vector<middleware> layers_;
    handler layered_;                        // all layers around dispatch(); none if there are none
    std::function<void(request&)> beginner_; // or none
    std::vector<finisher> finishers_;
    const request_ids* ids_ = nullptr;
};

} // namespace watchword::http
