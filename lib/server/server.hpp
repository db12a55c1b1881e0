#pragma once

#include "settings/settings.hpp"

#include <string>

namespace watchword::server {

// Builds everything from the settings, serves until SIGTERM or SIGINT, drains, and returns the exit code: 0 after an
// orderly stop, 1 if it could not start (one line in the log says why). `version` is shown in /docs. Blocks; call it
// once, from main.
int run(settings::settings, const std::string& version);

} // namespace watchword::server
