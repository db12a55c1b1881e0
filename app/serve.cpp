#include "commands.hpp"
#include "core/log.hpp"
#include "server/server.hpp"
#include "settings/help.hpp"
#include "settings_sources.hpp"
#include "successor.hpp"

#include <iostream>
#include <unistd.h>
#include <utility>

namespace watchword::app {
int serve(const arguments& given)
{
    if (wants_help(given)) {
        std::cout
            << "Usage: watchword serve [FLAG]...\n\n"
               "Serves until SIGTERM or SIGINT; a second one does not wait for requests in flight.\n"
               "SIGHUP reads settings and certificates again, as watchword reload does. SIGUSR2 upgrades in place: the "
               "program that has this one's place on the disk now takes over without losing a request.\n\n"
            << settings::help_text();
        return success;
    }
    const auto inherited = take_inheritance();
    kept_environment kept(inherited.environment);
    auto loaded = load_settings(given, kept);
    for (const auto& p : loaded.problems) std::cerr << "watchword: " << settings::to_string(p) << "\n";
    if (!loaded.problems.empty()) {
        std::cerr << "watchword: nothing was started; see watchword serve --help\n";
        return misused;
    }
    const auto& log = loaded.values.log;
    const bool to_output = log.output == settings::log_group::stream::standard_output;
    core::log::open(log.level, log.format, to_output ? STDOUT_FILENO : STDERR_FILENO);
    const successor next("serve", given, kept);
    const server::process process{WATCHWORD_VERSION, [&] { return load_settings(given, kept); },
                                  [&next](int channel) { next.start(channel); },
                                  [&next](int channel) {
                                      core::log::close();
                                      next.start_in_place(channel);
                                  },
                                  inherited.channel};
    const int code = server::run(std::move(loaded.values), process);
    core::log::close();
    return code;
}

} // namespace watchword::app
