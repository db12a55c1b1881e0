#pragma once

#include "core/random.hpp"
#include "core/workers.hpp"
#include "http/compression.hpp"
#include "http/cors.hpp"
#include "http/request_id.hpp"
#include "http/router.hpp"
#include "settings/settings.hpp"

#include <optional>

namespace watchword::server {

// What the settings ask for around all routes: request ids, CORS, compression. Must outlive the router, and the
// server that uses it.
class layers {
public:
    // std::invalid_argument for settings that contradict each other.
    layers(const settings::settings&, core::random_source&);

    void add_to(http::router&);

private:
    http::request_ids ids_;
    std::optional<http::cors> cors_;
    std::optional<core::workers> compressing_;
    std::optional<http::compression> compression_;
};

} // namespace watchword::server
