#include "http/router.hpp"

#include "core/log.hpp"
#include "http/percent.hpp"

#include <stdexcept>

namespace watchword::http {
namespace {

constexpr std::string_view rest = "{*}";

bool is_parameter(std::string_view segment) noexcept
{
    return segment.size() > 2 && segment.front() == '{';
}

std::vector<std::string> split_pattern(std::string_view pattern)
{
    if (pattern.empty() || pattern.front() != '/') throw std::invalid_argument("a route must start with '/'");
    std::vector<std::string> segments;
    for (std::size_t begin = 1;;) {
        const auto end = pattern.find('/', begin);
        const auto segment = pattern.substr(begin, end == pattern.npos ? end : end - begin);
        const bool brace = segment.find_first_of("{}") != segment.npos;
        if (brace && !(is_parameter(segment) && segment.find('}') == segment.size() - 1))
            throw std::invalid_argument("a route parameter must be a whole segment: " + std::string(pattern));
        segments.emplace_back(segment);
        if (end == pattern.npos) return segments;
        begin = end + 1;
    }
}

// "GET, HEAD, OPTIONS": what a path can be asked for.
std::string list_methods(const std::array<handler, method_count>& handlers)
{
    std::string allow;
    for (std::size_t i = 0; i < method_count; ++i) {
        const auto m = static_cast<method>(i);
        if (m == method::other) continue; // which has no name
        const bool implied = m == method::options || (m == method::head && handlers[std::size_t(method::get)]);
        if (!handlers[i] && !implied) continue;
        if (!allow.empty()) allow += ", ";
        allow += to_string(m);
    }
    return allow;
}

response not_found()
{
    return problem(status::not_found, "not_found", "There is nothing at this path.");
}

core::task<response> give(response r)
{
    co_return r;
}

// What is before the "{*}" of a pattern; empty if it has none.
std::string prefix_of(std::string_view pattern, const std::vector<std::string>& segments)
{
    if (std::find(segments.begin(), segments.end(), rest) == segments.end()) return {};
    if (std::find_if(segments.begin(), segments.end(), is_parameter) != segments.end() - 1)
        throw std::invalid_argument("a route with {*} has it at its end, and nothing else in braces");
    return std::string(pattern.substr(0, pattern.size() - rest.size()));
}

} // namespace

void router::add(method m, std::string_view pattern, handler h)
{
    auto segments = split_pattern(pattern);
    auto existing = std::find_if(routes_.begin(), routes_.end(), [&](const route& r) { return r.pattern == pattern; });
    if (existing == routes_.end()) {
        auto prefix = prefix_of(pattern, segments);
        if (!prefix.empty()) prefixes_.push_back(routes_.size());
        routes_.push_back({std::string(pattern), std::move(segments), {}, {}, std::move(prefix)});
        existing = routes_.end() - 1;
        if (std::none_of(existing->segments.begin(), existing->segments.end(), is_parameter))
            fixed_.emplace(existing->pattern, routes_.size() - 1);
    }
    auto& slot = existing->handlers[static_cast<std::size_t>(m)];
    if (slot) throw std::invalid_argument("a route that exists already: " + std::string(pattern));
    slot = std::move(h);
    existing->allow = list_methods(existing->handlers);
}

std::vector<std::string> router::list() const
{
    std::vector<std::string> lines;
    for (const auto& r : routes_)
        for (std::size_t i = 0; i < method_count; ++i)
            if (r.handlers[i]) lines.push_back(std::string(to_string(static_cast<method>(i))) + " " + r.pattern);
    return lines;
}

const router::route* router::find(request& q) const
{
    if (const auto it = fixed_.find(q.path); it != fixed_.end()) return &routes_[it->second];
    if (const auto* const r = find_prefix(q.path)) return r;
    if (fixed_.size() + prefixes_.size() == routes_.size() && q.path.find('%') == q.path.npos) return nullptr;
    return find_decoded(q);
}

const router::route* router::find_prefix(std::string_view path) const noexcept
{
    for (const auto i : prefixes_)
        if (path.starts_with(routes_[i].prefix)) return &routes_[i];
    return nullptr;
}

const router::route* router::find_decoded(request& q) const
{
    std::vector<std::string> path;
    for (std::size_t begin = 1;;) {
        const auto end = q.path.find('/', begin);
        auto segment = percent_decode(q.path.substr(begin, end == q.path.npos ? end : end - begin));
        if (!segment) return nullptr;
        path.push_back(std::move(*segment));
        if (end == q.path.npos) break;
        begin = end + 1;
    }
    const auto fits = [&](const route& r) {
        if (r.segments.size() != path.size() || !r.prefix.empty()) return false;
        for (std::size_t i = 0; i < path.size(); ++i)
            if (is_parameter(r.segments[i]) ? path[i].empty() : r.segments[i] != path[i]) return false;
        return true;
    };
    const route* best = nullptr;
    for (const auto& r : routes_) {
        if (!fits(r)) continue;
        if (!best) best = &r;
        if (fixed_.count(r.pattern)) {
            best = &r;
            break;
        }
    }
    if (!best) return nullptr;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const std::string_view name = best->segments[i];
        if (is_parameter(name)) q.parameters.emplace_back(name.substr(1, name.size() - 2), std::move(path[i]));
    }
    return best;
}

std::string_view router::allowed_methods(std::string_view path) const
{
    request q;
    q.path = path;
    const route* const r = find(q);
    return r && !r->handlers[std::size_t(method::options)] ? std::string_view(r->allow) : std::string_view();
}

void router::use(middleware layer)
{
    layers_.push_back(std::move(layer));
    layered_ = compose(layers_, [this](request& q) { return dispatch(q); });
}

void router::finish_with(finisher f)
{
    finishers_.push_back(std::move(f));
}

void router::begin_with(std::function<void(request&)> b)
{
    beginner_ = std::move(b);
}

void router::identify_by(const request_ids& ids)
{
    ids_ = &ids;
}

// Not a coroutine, so that a handler costs no frame beside its own and answer()'s.
core::task<response> router::dispatch(request& q) const
{
    const route* const r = find(q);
    if (!r) return give(not_found());
    q.route = static_cast<std::size_t>(r - routes_.data()) + 1;

    const auto wanted = q.method == method::head && !r->handlers[std::size_t(method::head)] ? method::get : q.method;
    if (const handler& h = r->handlers[static_cast<std::size_t>(wanted)]) return h(q);
    response none = q.method == method::options
                        ? response(status::ok)
                        : problem(status::method_not_allowed, "method_not_allowed",
                                  "This path cannot be asked with this method; Allow names those it knows.");
    none.set("Allow", r->allow);
    return give(std::move(none));
}

core::task<response> router::answer(request& q) const
{
    q.route = 0;
    if (ids_) ids_->read(q);
    try {
        if (beginner_) beginner_(q);
        response r = co_await ask(q);
        finish(q, r);
        co_return r;
    } catch (const std::exception& e) {
        log_failure(q, e.what());
    }
    response r = problem(status::internal_server_error, "internal_error", "The server failed to answer this request.");
    finish(q, r);
    co_return r;
}

void router::log_failure(request& q, std::string_view what) const
{
    core::log::error("a handler failed", {{"method", q.method_name},
                                          {"path", q.path},
                                          {"request_id", id_of(q)},
                                          {"trace_id", q.trace_id},
                                          {"reason", what}});
}

void router::finish(request& q, response& r) const noexcept
{
    try {
        if (ids_) ids_->write(q, r);
        for (const auto& f : finishers_) f(q, r);
    } catch (const std::exception& e) {
        core::log::error("a response could not be finished", {{"reason", e.what()}});
    }
}

} // namespace watchword::http
