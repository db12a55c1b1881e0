#include "commands.hpp"
#include "server/control.hpp"
#include "settings_sources.hpp"

#include <iostream>
#include <stdexcept>
#include <string_view>

namespace watchword::app {
namespace {

constexpr std::string_view help =
    "Usage: watchword reload [FLAG]...\n\n"
    "Has a running server read its settings, certificates and their keys again, and prints what has changed. The\n"
    "settings are those that the server was started with: its file, its environment, its flags. If anything is wrong\n"
    "with them, nothing changes and the exit code is 1. What cannot change while it runs keeps its value and is "
    "named:\n"
    "`watchword serve --takeover` starts a new server in its place without losing a request.\n\n"
    "The server is found at server.control (--control SOCKET), as flags, environment and file say, which are those of\n"
    "watchword serve. Without such a socket send it SIGHUP; its log tells what has come of it.\n";

void print(std::string_view title, const std::vector<std::string>& names)
{
    for (const auto& each : names) std::cout << title << each << "\n";
}

} // namespace

int reload(const arguments& given)
{
    if (wants_help(given)) {
        std::cout << help;
        return success;
    }
    const auto loaded = load_settings(given);
    for (const auto& p : loaded.problems) std::cerr << "watchword: " << settings::to_string(p) << "\n";
    if (!loaded.problems.empty()) return misused;
    const auto& path = server::control_socket(loaded.values.server);
    if (path.empty()) {
        std::cerr << "watchword: server.control names no socket; see watchword reload --help\n";
        return misused;
    }
    try {
        const auto report = server::ask_to_reload(path);
        for (const auto& each : report.problems) std::cerr << "watchword: " << each << "\n";
        if (!report.problems.empty()) {
            std::cerr << "watchword: nothing was changed\n";
            return failed;
        }
        print("changed: ", report.changed);
        print("needs a new start: ", report.kept);
        if (report.changed.empty() && report.kept.empty()) std::cout << "no setting has changed\n";
        return success;
    } catch (const std::runtime_error& e) {
        std::cerr << "watchword: " << e.what() << "\n";
        return failed;
    }
}

} // namespace watchword::app
