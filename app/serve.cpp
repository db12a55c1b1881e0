#include "commands.hpp"
#include "core/log.hpp"
#include "server/server.hpp"
#include "settings/load.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <sstream>
#include <unistd.h>

namespace watchword::app {
namespace {

std::map<std::string, std::string> watchword_environment()
{
    constexpr std::string_view prefix = "WATCHWORD_";
    std::map<std::string, std::string> found;
    for (char** variable = environ; variable && *variable; ++variable) {
        const std::string_view text = *variable;
        const auto equals = text.find('=');
        if (!text.starts_with(prefix) || equals == text.npos) continue;
        found.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return found;
}

std::optional<std::string> read_file(const std::string& path)
{
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    if (!in || !(out << in.rdbuf())) return std::nullopt;
    return std::move(out).str();
}

} // namespace

int serve(const arguments& given)
{
    if (std::find(given.begin(), given.end(), "--help") != given.end()) {
        std::cout << "Usage: watchword serve [OPTION]...\n\n" << settings::help_text();
        return success;
    }
    const auto loaded = settings::load({given, watchword_environment(), read_file});
    for (const auto& p : loaded.problems) std::cerr << "watchword: " << settings::to_string(p) << "\n";
    if (!loaded.problems.empty()) {
        std::cerr << "watchword: nothing was started; see watchword serve --help\n";
        return misused;
    }
    core::log::open(loaded.values.log.level, loaded.values.log.format);
    const int code = server::run(loaded.values);
    core::log::close();
    return code;
}

} // namespace watchword::app
