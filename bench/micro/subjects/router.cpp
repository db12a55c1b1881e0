// Which route a path has, among as many as an API with accounts, sessions, tokens and administration has.
#include "http/router.hpp"

#include "micro/subjects/all.hpp"

#include <memory>

namespace watchword::micro {
namespace {

core::task<http::response> say_nothing(http::request&)
{
    co_return http::response();
}

std::shared_ptr<const http::router> make_routes()
{
    using http::method;
    auto r = std::make_shared<http::router>();
    for (const char* fixed : {"/user", "/health/live", "/health/ready", "/v1/users/me", "/v1/users/me/sessions",
                              "/v1/sessions", "/v1/tokens", "/v1/keys", "/v1/admin/users", "/v1/admin/settings"}) {
        r->add(method::get, fixed, say_nothing);
        r->add(method::post, fixed, say_nothing);
    }
    for (const char* pattern :
         {"/v1/users/{id}", "/v1/users/{id}/sessions", "/v1/users/{id}/sessions/{session}", "/v1/sessions/{id}",
          "/v1/tokens/{id}", "/v1/keys/{id}", "/v1/admin/users/{id}", "/v1/admin/users/{id}/roles/{role}"}) {
        r->add(method::get, pattern, say_nothing);
        r->add(method::delete_, pattern, say_nothing);
    }
    return r;
}

void add_match(subjects& all, const char* name, const std::string& path, bool is_there)
{
    const auto make = [path, is_there] {
        const auto routes = make_routes();
        require(routes->allowed_methods(path).empty() != is_there, "the router finds another route");
        return in_a_loop([routes, path] { return routes->allowed_methods(path); });
    };
    all.push_back({name, make, 500});
}

} // namespace

void add_router(subjects& all)
{
    add_match(all, "router/fixed", "/user", true);
    add_match(all, "router/parameters", "/v1/admin/users/7c9e6679-7425-40de-944b-e07fc1f90ae7/roles/reader", true);
    add_match(all, "router/missing", "/v1/users/7c9e6679-7425-40de-944b-e07fc1f90ae7/avatar/large", false);
}

} // namespace watchword::micro
