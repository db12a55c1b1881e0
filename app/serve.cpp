#include "commands.hpp"
#include "core/log.hpp"
#include "server/server.hpp"
#include "settings/help.hpp"
#include "settings_sources.hpp"

#include <iostream>
#include <utility>

namespace watchword::app {
int serve(const arguments& given)
{
    if (wants_help(given)) {
        std::cout
            << "Usage: watchword serve [FLAG]...\n\nServes until SIGTERM or SIGINT; a second one does not wait for "
               "requests in flight.\n\n"
            << settings::help_text();
        return success;
    }
    auto loaded = load_settings(given);
    for (const auto& p : loaded.problems) std::cerr << "watchword: " << settings::to_string(p) << "\n";
    if (!loaded.problems.empty()) {
        std::cerr << "watchword: nothing was started; see watchword serve --help\n";
        return misused;
    }
    core::log::open(loaded.values.log.level, loaded.values.log.format);
    const int code = server::run(std::move(loaded.values), WATCHWORD_VERSION);
    core::log::close();
    return code;
}

} // namespace watchword::app
