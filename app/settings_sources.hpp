#pragma once

#include "commands.hpp"
#include "kept_environment.hpp"
#include "settings/load.hpp"

namespace watchword::app {

// Loads the settings from flags, environment and files. A value of the environment that is a secret, or may hold one,
// is gone from it then: /proc/PID/environ shows it to everybody of this user, for as long as the program runs. Before
// other threads are started.
settings::loaded load_settings(arguments flags);
// The same, of any thread, where such values are kept, and looked for there as well.
settings::loaded load_settings(arguments flags, kept_environment&);

} // namespace watchword::app
