#include "http/cors.hpp"

#include <algorithm>
#include <stdexcept>

namespace watchword::http {
namespace {

constexpr std::string_view every_origin = "*";

std::string join(const std::vector<std::string>& parts)
{
    std::string all;
    for (const auto& each : parts) all.append(all.empty() ? "" : ", ").append(each);
    return all;
}

std::string write_allowed(std::string_view origin, const cors_settings& s)
{
    response r;
    r.set("Access-Control-Allow-Origin", origin);
    if (s.credentials) r.set("Access-Control-Allow-Credentials", "true");
    if (!s.exposed.empty()) r.set("Access-Control-Expose-Headers", join(s.exposed));
    return std::string(r.lines());
}

std::string write_preflight(const cors_settings& s)
{
    response r;
    if (!s.headers.empty()) r.set("Access-Control-Allow-Headers", join(s.headers));
    r.set("Access-Control-Max-Age", std::to_string(s.max_age.count()));
    return std::string(r.lines());
}

bool is_preflight(const request& q)
{
    return q.method == method::options && !q.header("Origin").empty() &&
           !q.header("Access-Control-Request-Method").empty();
}

} // namespace

cors::cors(cors_settings s) : preflight_lines_(write_preflight(s))
{
    any_origin_ = std::find(s.origins.begin(), s.origins.end(), every_origin) != s.origins.end();
    if (any_origin_ && s.origins.size() > 1) throw std::invalid_argument("CORS: '*' stands alone among the origins");
    if (any_origin_ && s.credentials)
        throw std::invalid_argument("CORS: credentials need named origins, '*' would be everybody's");
    if (s.credentials && std::find(s.origins.begin(), s.origins.end(), "null") != s.origins.end())
        throw std::invalid_argument("CORS: credentials need named origins, 'null' is anybody's");
    for (const auto& origin : s.origins) allowed_.emplace(origin, write_allowed(origin, s));
}

std::string_view cors::lines_for(std::string_view origin) const
{
    if (origin.empty()) return {};
    const auto found = allowed_.find(any_origin_ ? every_origin : origin);
    return found == allowed_.end() ? std::string_view() : std::string_view(found->second);
}

core::task<response> cors::answer_preflight(std::string_view methods) const
{
    response r(status::no_content);
    r.set("Access-Control-Allow-Methods", methods);
    r.append_lines(preflight_lines_);
    co_return r;
}

void cors::add_to(router& routes) const
{
    routes.use([this, &routes](handler next) -> handler {
        return [this, &routes, next = std::move(next)](request& q) {
            if (!is_preflight(q) || lines_for(q.header("Origin")).empty()) return next(q);
            const auto methods = routes.allowed_methods(q.path);
            return methods.empty() ? next(q) : answer_preflight(methods);
        };
    });
    routes.finish_with([this](request& q, response& r) {
        r.append_lines("Vary: Origin\r\n").append_lines(lines_for(q.header("Origin")));
    });
}

} // namespace watchword::http
