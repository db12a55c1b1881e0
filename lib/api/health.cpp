#include "api/health.hpp"

namespace watchword::api {
namespace {

core::task<http::response> live(http::request&)
{
    co_return http::response(http::status::ok, "application/json", "{\"status\":\"live\"}\n");
}

} // namespace

void add_health_routes(http::router& r)
{
    r.add(http::method::get, "/health/live", live);
}

} // namespace watchword::api
