#pragma once

#include <prometheus/metric_family.h>
#include <string>
#include <vector>

namespace watchword::server {

// Finds prometheus-cpp, which nobody needs who has no metrics. std::runtime_error tells what is missing.
void load_prometheus();

// As Prometheus reads it (text format 0.0.4). Thread-safe; after load_prometheus().
std::string prometheus_text(const std::vector<prometheus::MetricFamily>&);

} // namespace watchword::server
