#pragma once

#include "api/operations.hpp"

namespace watchword::api {

// GET /health/live: 200 as long as the process answers at all.
void add_health_routes(operations&);

} // namespace watchword::api
