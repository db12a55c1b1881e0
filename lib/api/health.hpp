#pragma once

#include "api/operations.hpp"

#include <array>
#include <functional>
#include <string_view>
#include <vector>

namespace watchword::api {

// GET /health/live: 200 as long as the process answers at all.
void add_health_routes(operations&);

// What a server's readiness depends on.
inline constexpr std::array<std::string_view, 5> health_parts{"database", "writer", "feed", "disk", "draining"};

// The names of what does not work now; none: everything does. Thread-safe, and asked for each request: must not block.
using failing_parts = std::function<std::vector<std::string_view>()>;

// GET /health/ready: 200 while nothing fails, else 503 and the names of what does, and nothing more: anybody may ask.
void add_ready_route(operations&, failing_parts);

} // namespace watchword::api
