#pragma once

#include "load/plan.hpp"
#include "load/results.hpp"

#include <optional>
#include <string>

namespace watchword::load {

// The results as JSON, times in microseconds; `watchword_load --help` says what it holds. `cpu_seconds`: what the
// watched processes spent.
std::string to_json(const plan&, const results&, std::optional<double> cpu_seconds);

} // namespace watchword::load
