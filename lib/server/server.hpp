#pragma once

#include "settings/settings.hpp"

namespace watchword::server {

// Builds everything from the settings, serves until SIGTERM or SIGINT, drains, and returns the exit code: 0 after an
// orderly stop, 1 if it could not start (one line in the log says why). Blocks; call it once, from main.
int run(settings::settings);

} // namespace watchword::server
