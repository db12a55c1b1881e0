#include "api/health.hpp"

#include "api/admin_answers.hpp"
#include "core/json.hpp"

#include <boost/json/array.hpp>

#include <utility>

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

// As long as what was found stays what is so, at least.
constexpr std::string_view ask_again = "1";

std::shared_ptr<const std::string> ready_body()
{
    static const std::string text = "{\"status\":\"ready\"}\n";
    return {std::shared_ptr<void>(), &text};
}

http::response not_ready(const std::vector<std::string_view>& failing)
{
    boost::json::array names;
    for (const auto each : failing) names.emplace_back(core::json_string(each));
    auto r = json_answer(http::status::service_unavailable,
                         boost::json::object{{"status", "not_ready"}, {"failing", std::move(names)}});
    r.set("Retry-After", ask_again);
    return r;
}

struct ready {
    failing_parts what;

    core::task<http::response> operator()(http::request&) const
    {
        const auto failing = what();
        if (!failing.empty()) co_return not_ready(failing);
        co_return http::response(http::status::ok, "application/json", ready_body());
    }
};

operation ready_operation()
{
    operation o;
    o.path = "/health/ready";
    o.id = "isReady";
    o.group = "Operations";
    o.summary = "Whether this server can do its work";
    o.description = "For load balancers and probes. It looks once a second, however often it is asked.";
    const auto parts = list_of(one_of({health_parts.begin(), health_parts.end()}));
    o.answers = {{http::status::ok, "It can.", object_of({{"status", one_of({"ready"})}})},
                 {http::status::service_unavailable, "It cannot now: these parts fail.",
                  object_of({{"status", one_of({"not_ready"})}, {"failing", parts}})}};
    o.negotiated = false;
    return o;
}

} // namespace

void add_health_routes(operations& all)
{
    all.add(declared(), live);
}

void add_ready_route(operations& all, failing_parts what)
{
    all.add(ready_operation(), ready{std::move(what)});
}

} // namespace watchword::api
