#pragma once

#include "commands.hpp"
#include "settings/load.hpp"

namespace watchword::app {

// Where a command's settings come from: these flags, this process's environment, the files that they name.
settings::sources settings_sources(arguments flags);

} // namespace watchword::app
