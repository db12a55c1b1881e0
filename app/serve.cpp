#include "commands.hpp"
#include "core/log.hpp"
#include "server/server.hpp"
#include "settings/help.hpp"
#include "settings_sources.hpp"

#include <iostream>
#include <unistd.h>
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
    const auto& log = loaded.values.log;
    const bool to_output = log.output == settings::log_group::stream::standard_output;
    core::log::open(log.level, log.format, to_output ? STDOUT_FILENO : STDERR_FILENO);
    const int code = server::run(std::move(loaded.values), WATCHWORD_VERSION);
    core::log::close();
    return code;
}

} // namespace watchword::app
