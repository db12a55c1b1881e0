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

// What a plot of the distribution takes: pairs of "at most so long" and how many, without the empty ones.
json::array to_buckets(const histogram& h)
{
    json::array all;
    for (const auto& [at_most, count] : h.coarse()) all.push_back(json::array{microseconds(at_most), count});
    return all;
}

// The intervals in which answers came.
json::array to_timeline(const std::vector<histogram>& intervals, nanoseconds length)
{
    json::array all;
    for (std::size_t i = 0; i < intervals.size(); ++i) {
        const auto& h = intervals[i];
        if (h.count() == 0) continue;
        all.push_back(json::object{{"from", static_cast<double>(i) * seconds(length)},
                                   {"answers", h.count()},
                                   {"p50", microseconds(h.percentile(50))},
                                   {"p99", microseconds(h.percentile(99))},
                                   {"max", microseconds(h.max())}});
    }
    return all;
}

double per_second(std::uint64_t count, nanoseconds window)
{
    return window.count() > 0 ? static_cast<double>(count) / seconds(window) : 0;
}

json::object to_object(const class_tally& tally, const request_class& c, nanoseconds window, nanoseconds interval)
{
    json::object statuses, unexpected;
    histogram all;
    std::uint64_t in_window = 0, expected_in_window = 0;
    for (const auto& [status, t] : tally.statuses) {
        const auto name = std::to_string(status);
        auto& told = statuses[name] = json::object{{"answers", t.latency.count()},
                                                   {"per_second", per_second(t.in_window, window)},
                                                   {"latency_us", to_object(t.latency)},
                                                   {"buckets_us", to_buckets(t.latency)}};
        if (interval.count() != 0) told.as_object()["over_time"] = to_timeline(t.over_time, interval);
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
    return {{"total", f.total()},         {"connect", f.connect},
            {"handshake", f.handshake},   {"reset", f.reset},
            {"closed", f.closed},         {"timeout", f.timeout},
            {"bad_answer", f.bad_answer}, {"unexpected_status", f.unexpected_status},
            {"wrong_body", f.wrong_body}, {"no_value", f.no_value}};
}

std::string_view loop_name(const plan& p)
{
    std::size_t open = 0, closed = 0;
    for (const auto& l : p.lanes)
        if (l.connections != 0 || p.lanes.size() == 1) ++(l.rate > 0 ? open : closed);
    return open == 0 ? "closed" : closed == 0 ? "open" : "mixed";
}

json::object connections_of(const plan& p, const results& r)
{
    const auto& o = p.settings;
    json::object all{{"connections", p.connections()},
                     {"idle", o.idle},
                     {"reopened", r.reopened},
                     {"idle_open", r.idle_open},
                     {"idle_closed", r.idle_closed},
                     {"connects_per_second", per_second(r.connected_in_window, r.window)},
                     {"connect_us", to_object(r.connect_time)}};
    if (!o.tls) return all;
    all["tls"] = json::object{{"handshakes", r.handshake_time.count()},
                              {"resumed", r.resumed},
                              {"handshake_us", to_object(r.handshake_time)}};
    return all;
}

// Of what is not in every run.
void add_special(json::object& report, const plan& p, const results& r)
{
    if (loop_name(p) != "closed") {
        report["rate"] = p.settings.rate;
        report["waited"] = r.waited;
        report["not_sent"] = r.not_sent;
        report["send_delay_us"] = to_object(r.send_delay);
    }
    if (!p.chains.empty()) report["chains"] = json::object{{"started", r.started}, {"dropped", r.dropped}};
    if (!p.settings.ledger.empty()) report["acknowledged"] = r.acknowledged;
    if (p.settings.interval.count() != 0) {
        report["interval_seconds"] = seconds(p.settings.interval);
        report["measured_from"] = seconds(r.measured_from);
    }
}

} // namespace

std::string to_json(const plan& p, const results& r, std::optional<double> cpu_seconds)
{
    const auto& o = p.settings;
    json::object report{
        {"target", to_text(o.target)},  {"loop", loop_name(p)},          {"threads", o.threads},
        {"pipeline", o.pipeline},       {"sources", o.sources},          {"warm_up_seconds", seconds(o.warm_up)},
        {"seconds", seconds(r.window)}, {"failed", to_object(r.failed)}, {"received_bytes", r.received_bytes}};
    for (auto& [name, value] : connections_of(p, r)) report[name] = std::move(value);
    add_special(report, p, r);
    std::uint64_t requests = 0, answers = 0, in_window = 0;
    json::object classes;
    for (std::size_t i = 0; i < p.classes.size(); ++i) {
        const auto& asked = o.load.classes[i];
        const auto& tally = r.by_class[i];
        requests += tally.requests;
        for (const auto& [status, t] : tally.statuses) {
            answers += t.latency.count();
            in_window += t.in_window;
        }
        auto& c = classes[asked.name] = to_object(tally, asked, r.window, o.interval);
        if (asked.rate > 0) c.as_object()["rate"] = asked.rate;
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
