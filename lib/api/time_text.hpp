#pragma once

#include "core/clock.hpp"

#include <string>

namespace watchword::api {

// As RFC 3339 has it: 2026-11-24T11:20:00Z. For the years 0 to 9999. Thread-safe.
std::string time_text(core::timestamp);

} // namespace watchword::api
