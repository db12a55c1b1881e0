#pragma once

#include "core/clock.hpp"
#include "core/random.hpp"
#include "http/router.hpp"
#include "http/server.hpp"

#include <functional>
#include <string>
#include <vector>

namespace watchword::server {

// GET /metrics and nothing else, for whoever reaches these addresses, on a thread of its own. Serves from its making to
// its end; thread-safe.
class metrics_listener {
public:
    // `handed`: as of http::server. `text` may block its thread. Throws std::runtime_error naming the address that
    // cannot be had, and if prometheus-cpp is not there. Warns of addresses that others than this machine may reach.
    // What is referred to, and what `text` refers to, must outlive it.
    metrics_listener(std::vector<std::string> listen, std::function<std::string()> text, const core::clock&,
                     core::random_source&, std::vector<http::handed_listener>& handed);
    // Who is being answered is cut, unless another process goes on: he may not notice then.
    ~metrics_listener();

    http::server& server() noexcept { return server_; }

private:
    core::task<http::response> answer(http::request&);

    const std::function<std::string()> text_;
    http::router routes_;
    http::server server_;
};

} // namespace watchword::server
