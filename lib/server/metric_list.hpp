#pragma once

#include "core/durations.hpp"

#include <cstdint>
#include <initializer_list>
#include <prometheus/metric_family.h>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace watchword::server {

// Metrics as Prometheus wants them: a family after the other, each with its samples. One thread.
class metric_list {
public:
    using label = std::pair<std::string_view, std::string_view>;
    using labels = std::initializer_list<label>;

    // Begins a family. Names by Prometheus' conventions: base units, and `_total` behind what only rises.
    metric_list& counter(std::string_view name, std::string_view help);
    metric_list& gauge(std::string_view name, std::string_view help);
    metric_list& histogram(std::string_view name, std::string_view help);

    // A sample of the last family.
    metric_list& add(labels, double value);
    metric_list& add(labels l, std::uint64_t value) { return add(l, static_cast<double>(value)); }
    // Of a histogram, in seconds.
    metric_list& add(labels, const core::duration_counts&);
    // Of a histogram: `counts` up to each of `bounds`, not cumulated, one for each or one more.
    metric_list& add(labels, std::span<const double> bounds, std::span<const std::uint64_t> counts, double sum);

    std::vector<prometheus::MetricFamily> take() { return std::exchange(all_, {}); }

private:
    metric_list& begin(std::string_view name, std::string_view help, prometheus::MetricType);
    prometheus::ClientMetric& sample(labels);

    std::vector<prometheus::MetricFamily> all_;
};

} // namespace watchword::server
