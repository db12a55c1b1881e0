#pragma once

#include "accounts/bearer_tokens.hpp"
#include "accounts/revocations.hpp"
#include "accounts/token_checker.hpp"
#include "api/health.hpp"
#include "api/rate_limits.hpp"
#include "core/workers.hpp"
#include "http/server.hpp"
#include "http/traffic.hpp"
#include "store/database.hpp"

#include <string>

namespace watchword::server {

// What metrics come from. Everything referred to must outlive them.
struct measured_parts {
    const http::server& server;
    const http::traffic& traffic;
    const core::workers& hashing;
    const store::database& database;
    const accounts::token_checker& tutorial_tokens;
    const accounts::bearer_tokens& tokens;
    const accounts::revocations& revocations;
    const api::rate_limits& limits;
    api::failing_parts failing;
    std::string version;
};

// All that Prometheus is told, as text. What counts costs next to nothing (each part says so); putting it together is
// done when somebody asks. Labels come from this program only, never from a client: whatever is sent, there are no more
// series. Takes about a millisecond; thread-safe. load_prometheus() first.
std::string metrics_text(const measured_parts&);

} // namespace watchword::server
