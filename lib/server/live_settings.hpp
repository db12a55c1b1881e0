#pragma once

#include "settings/load.hpp"
#include "settings/settings.hpp"

#include <functional>
#include <string>
#include <vector>

namespace watchword::server {

// What a reload has come to. Names of settings, none of their values.
struct reload_report {
    std::vector<std::string> problems; // one line each; if there are any, nothing has changed
    std::vector<std::string> changed;  // and hold from now on
    std::vector<std::string> kept;     // have another value now, which only a new start can give them
};

// The settings that a running server goes by. One thread.
class live_settings {
public:
    // Reads them again, all layers.
    using source = std::function<settings::loaded()>;
    // Makes the server go by what a reload may change (settings::descriptor::live), and reads files that they name;
    // throws std::runtime_error if it cannot, and has changed nothing then.
    using sink = std::function<void(const settings::settings&)>;

    live_settings(settings::settings current, source, sink);

    // Applies them even if none has changed: files may have.
    reload_report reload();

private:
    settings::settings current_;
    const source load_;
    const sink apply_;
};

// In the log: what has changed and what has not.
void log_report(const reload_report&);

} // namespace watchword::server
