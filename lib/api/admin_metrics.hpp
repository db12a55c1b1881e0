#pragma once

#include "api/admin_guard.hpp"
#include "api/sign_in_counter.hpp"
#include "core/workers.hpp"
#include "http/traffic.hpp"

#include <chrono>
#include <cstddef>
#include <functional>

namespace watchword::api {

// What the numbers come from. Everything referred to must outlive the routes.
struct metric_sources {
    const http::traffic& traffic;
    const core::workers& hashing;
    const store::database& database;
    std::function<std::size_t()> connections; // that are open; thread-safe
};

// GET /v1/admin/metrics: counters since the start, of which two readings make rates, and what is so now. Thread-safe.
class admin_metrics {
public:
    admin_metrics(metric_sources, accounts::administration&, const sign_in_counter&);

    // `this` must outlive the router.
    void add_routes(operations&, const admin_guard&);

private:
    core::task<http::response> show(http::request&, accounts::actor);

    const metric_sources sources_;
    accounts::administration& administration_;
    const sign_in_counter& sign_ins_;
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

} // namespace watchword::api
