#include "server/metric_list.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

namespace watchword::server {

using prometheus::MetricType;

metric_list& metric_list::begin(std::string_view name, std::string_view help, MetricType type)
{
    auto& family = all_.emplace_back();
    family.name = name;
    family.help = help;
    family.type = type;
    return *this;
}

metric_list& metric_list::counter(std::string_view name, std::string_view help)
{
    return begin(name, help, MetricType::Counter);
}

metric_list& metric_list::gauge(std::string_view name, std::string_view help)
{
    return begin(name, help, MetricType::Gauge);
}

metric_list& metric_list::histogram(std::string_view name, std::string_view help)
{
    return begin(name, help, MetricType::Histogram);
}

prometheus::ClientMetric& metric_list::sample(labels l)
{
    auto& made = all_.back().metric.emplace_back();
    for (const auto& [name, value] : l) made.label.push_back({std::string(name), std::string(value)});
    return made;
}

metric_list& metric_list::add(labels l, double value)
{
    auto& made = sample(l);
    (all_.back().type == MetricType::Counter ? made.counter.value : made.gauge.value) = value;
    return *this;
}

metric_list& metric_list::add(labels l, const core::duration_counts& d)
{
    static const auto bounds = [] {
        std::array<double, core::duration_bounds.size()> seconds{};
        std::transform(core::duration_bounds.begin(), core::duration_bounds.end(), seconds.begin(), [](auto bound) {
            return static_cast<double>(bound.count()) / 1e6;
        }); // 0.0001, not its neighbour
        return seconds;
    }();
    return add(l, bounds, d.in, std::chrono::duration<double>(d.sum).count());
}

metric_list& metric_list::add(labels l, std::span<const double> bounds, std::span<const std::uint64_t> counts,
                              double sum)
{
    auto& made = sample(l).histogram;
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        so_far += counts[i];
        if (i < bounds.size()) made.bucket.push_back({so_far, bounds[i]});
    }
    made.sample_count = so_far; // and so of the bucket without bound
    made.sample_sum = sum;
    return *this;
}

} // namespace watchword::server
