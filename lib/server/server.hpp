#pragma once

#include "server/live_settings.hpp"
#include "settings/settings.hpp"

#include <functional>
#include <optional>
#include <string>

namespace watchword::server {

// The process that a server is, for what it does beyond serving.
struct process {
    std::string version;              // shown in /docs
    live_settings::source load_again; // every layer, as when it was started
    // Starts this program with the same arguments and environment, as another process or in place of this one (exec),
    // which returns only by an exception. It inherits one end of a channel, and the next `channel` is that.
    std::function<void(int channel)> start_successor, start_again;
    std::optional<int> channel; // inherited: the server that this one takes the place of is at the other end
};

// Builds everything from the settings, serves until SIGTERM or SIGINT, or until another process has taken over, drains,
// and returns the exit code: 0 after an orderly stop, 1 if it could not start (one line in the log says why). Blocks;
// call it once, from main.
int run(settings::settings, const process&);

} // namespace watchword::server
