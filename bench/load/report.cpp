#include "load/report.hpp"

#include "load/sockets.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace watchword::load {
namespace {

namespace json = boost::json;

double microseconds(nanoseconds time)
{
    return static_cast<double>(time.count()) / 1e3;
}

double seconds(nanoseconds time)
{
    return static_cast<double>(time.count()) / 1e9;
}

json::object to_object(const histogram& h)
{
    return {{"count", h.count()},
            {"min", microseconds(h.min())},
            {"mean", microseconds(h.mean())},
            {"p50", microseconds(h.percentile(50))},
            {"p90", microseconds(h.percentile(90))},
            {"p99", microseconds(h.percentile(99))},
            {"p99_9", microseconds(h.percentile(99.9))},
            {"max", microseconds(h.max())}};
}

double per_second(std::uint64_t count, nanoseconds window)
{
    return window.count() > 0 ? static_cast<double>(count) / seconds(window) : 0;
}

json::object to_object(const class_tally& tally, const request_class& c, nanoseconds window)
{
    json::object statuses, unexpected;
    histogram all;
    std::uint64_t in_window = 0, expected_in_window = 0;
    for (const auto& [status, t] : tally.statuses) {
        const auto name = std::to_string(status);
        statuses[name] = json::object{{"answers", t.latency.count()},
                                      {"per_second", per_second(t.in_window, window)},
                                      {"latency_us", to_object(t.latency)}};
        all.merge(t.latency);
        in_window += t.in_window;
        if (c.expects(status)) {
            expected_in_window += t.in_window;
        } else {
            unexpected[name] = t.latency.count();
        }
    }
    return {{"requests", tally.requests},
            {"answers", all.count()},
            {"per_second", per_second(in_window, window)},
            {"expected_per_second", per_second(expected_in_window, window)},
            {"latency_us", to_object(all)},
            {"statuses", std::move(statuses)},
            {"unexpected", std::move(unexpected)}};
}

json::object to_object(const failures& f)
{
    return {{"total", f.total()},
            {"connect", f.connect},
            {"reset", f.reset},
            {"closed", f.closed},
            {"timeout", f.timeout},
            {"bad_answer", f.bad_answer},
            {"unexpected_status", f.unexpected_status},
            {"wrong_body", f.wrong_body}};
}

} // namespace

std::string to_json(const options& o, const results& r, std::optional<double> cpu_seconds)
{
    json::object report{{"target", to_text(o.target)},
                        {"loop", o.is_open_loop() ? "open" : "closed"},
                        {"connections", o.connections},
                        {"idle", o.idle},
                        {"threads", o.threads},
                        {"pipeline", o.pipeline},
                        {"sources", o.sources},
                        {"warm_up_seconds", seconds(o.warm_up)},
                        {"seconds", seconds(r.window)},
                        {"failed", to_object(r.failed)},
                        {"reopened", r.reopened},
                        {"idle_open", r.idle_open},
                        {"idle_closed", r.idle_closed},
                        {"received_bytes", r.received_bytes},
                        {"connect_us", to_object(r.connect_time)}};
    if (o.is_open_loop()) {
        report["rate"] = o.rate;
        report["waited"] = r.waited;
        report["not_sent"] = r.not_sent;
        report["send_delay_us"] = to_object(r.send_delay);
    }
    std::uint64_t requests = 0, answers = 0, in_window = 0;
    json::object classes;
    for (std::size_t i = 0; i < o.classes.size(); ++i) {
        const auto& tally = r.by_class[i];
        requests += tally.requests;
        for (const auto& [status, t] : tally.statuses) {
            answers += t.latency.count();
            in_window += t.in_window;
        }
        classes[o.classes[i].name] = to_object(tally, o.classes[i], r.window);
    }
    report["requests"] = requests;
    report["answers"] = answers;
    report["answers_in_window"] = in_window;
    report["per_second"] = per_second(in_window, r.window);
    if (cpu_seconds) report["watched_cpu_seconds"] = *cpu_seconds;
    report["classes"] = std::move(classes);
    return json::serialize(report) + "\n";
}

} // namespace watchword::load
