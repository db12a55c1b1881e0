#include "api/health.hpp"

namespace watchword::api {
namespace {

// Shared without an owner: asked often, it allocates nothing.
std::shared_ptr<const std::string> live_body()
{
    static const std::string text = "{\"status\":\"live\"}\n";
    return {std::shared_ptr<void>(), &text};
}

core::task<http::response> live(http::request&)
{
    co_return http::response(http::status::ok, "application/json", live_body());
}

operation declared()
{
    operation o;
    o.path = "/health/live";
    o.id = "isLive";
    o.group = "Operations";
    o.summary = "Whether the process answers at all";
    o.answers = {{http::status::ok, "It does.", object_of({{"status", one_of({"live"})}})}};
    o.negotiated = false;
    return o;
}

} // namespace

void add_health_routes(operations& all)
{
    all.add(declared(), live);
}

} // namespace watchword::api
