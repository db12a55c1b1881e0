#pragma once

#include "load/options.hpp"
#include "load/results.hpp"

#include <optional>
#include <string>

namespace watchword::load {

// The results as JSON, times in microseconds. `cpu_seconds`: what the watched processes spent.
std::string to_json(const options&, const results&, std::optional<double> cpu_seconds);

} // namespace watchword::load
