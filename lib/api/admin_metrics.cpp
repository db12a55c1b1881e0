#include "api/admin_metrics.hpp"

#include "api/admin_answers.hpp"
#include "api/answers.hpp"
#include "api/shared_schemas.hpp"

#include <utility>

namespace watchword::api {
namespace {

using http::request;
using http::response;
using http::status;

schema queue_schema()
{
    return object_of({{"waiting", integer(0)}, {"running", integer(0)}});
}

const operation& show_operation()
{
    static const auto o = [] {
        auto made = admin_operation(http::method::get, "/v1/admin/metrics", "readMetrics", "What the server is doing",
                                    "metrics.read");
        made.description = "Counters since the start: two readings make a rate.";
        const auto requests =
            object_of({{"total", integer(0)}, {"2xx", integer(0)}, {"4xx", integer(0)}, {"5xx", integer(0)}});
        made.answers = {{status::ok, "Now.",
                         object_of({{"uptime_seconds", integer(0)},
                                    {"requests", requests},
                                    {"sign_ins", object_of({{"succeeded", integer(0)}, {"failed", integer(0)}})},
                                    {"hashing", queue_schema()},
                                    {"readers", queue_schema()},
                                    {"writer", queue_schema()},
                                    {"connections", integer(0)},
                                    {"users", integer(0)}})}};
        return made;
    }();
    return o;
}

boost::json::object to_json(const core::queue_statistics& s)
{
    return {{"waiting", s.waiting}, {"running", s.running}};
}

} // namespace

admin_metrics::admin_metrics(metric_sources s, accounts::administration& a, const sign_in_counter& c)
    : sources_(std::move(s)), administration_(a), sign_ins_(c)
{}

void admin_metrics::add_routes(operations& all, const admin_guard& guard)
{
    guard.add(all, show_operation(), *this, &admin_metrics::show);
}

core::task<response> admin_metrics::show(request&, accounts::actor)
{
    const auto users = co_await administration_.count();
    if (!users) co_return failure(users.error());
    using std::chrono::seconds;
    const auto uptime = std::chrono::duration_cast<seconds>(std::chrono::steady_clock::now() - started_);
    const auto requests = sources_.traffic.read();
    const auto database = sources_.database.statistics();
    const boost::json::object body{
        {"uptime_seconds", uptime.count()},
        {"requests",
         boost::json::object{
             {"total", requests.total()}, {"2xx", requests.of(2)}, {"4xx", requests.of(4)}, {"5xx", requests.of(5)}}},
        {"sign_ins", boost::json::object{{"succeeded", sign_ins_.succeeded()}, {"failed", sign_ins_.failed()}}},
        {"hashing", to_json(sources_.hashing.statistics())},
        {"readers", to_json(database.readers)},
        {"writer", to_json(database.writer)},
        {"connections", sources_.connections()},
        {"users", *users}};
    co_return json_answer(status::ok, body);
}

} // namespace watchword::api
