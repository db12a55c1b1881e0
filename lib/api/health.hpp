#pragma once

#include "http/router.hpp"

namespace watchword::api {

// GET /health/live: 200 as long as the process answers at all.
void add_health_routes(http::router&);

} // namespace watchword::api
