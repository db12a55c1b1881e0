#include "commands.hpp"
#include "core/log.hpp"
#include "server/core_dumps.hpp"
#include "server/diagnosis.hpp"
#include "settings_sources.hpp"
#include "text_table.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iostream>
#include <string_view>

namespace watchword::app {
namespace {

using server::health;

constexpr std::string_view help =
    "Usage: watchword doctor [FLAG]... [--json]\n\n"
    "Looks at everything that a server with these settings needs, and says what is wrong and what to do: settings,\n"
    "permissions of files, disk, database, keys and secret, clock, certificates, limits of the system, addresses. A "
    "line\n"
    "for each check: ok, warning or error, its name, what was found, and what to do. Changes nothing, and may run "
    "before\n"
    "the first start and beside a running server, as the user that the server runs as. Exits with 0 if there is no\n"
    "error, 1 if there is one, 2 if the settings cannot be read.\n\n"
    "  --json              Write one object: checks, and how many errors and warnings there are.\n\n"
    "Other flags are those of watchword serve.\n";

std::size_t count(const server::findings& all, health h)
{
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [h](const auto& f) { return f.state == h; }));
}

void print_json(const server::findings& all)
{
    boost::json::array checks;
    for (const auto& f : all)
        checks.push_back(boost::json::object{{"state", std::string(server::name_of(f.state))},
                                             {"name", f.name},
                                             {"found", f.found},
                                             {"advice", f.advice}});
    const boost::json::object report{{"checks", std::move(checks)},
                                     {"errors", count(all, health::error)},
                                     {"warnings", count(all, health::warning)}};
    std::cout << boost::json::serialize(report) << "\n";
}

bool is_sentence(std::string_view text)
{
    return text.ends_with('.') || text.ends_with('?') || text.ends_with('!');
}

void print_lines(const server::findings& all)
{
    std::size_t longest = 0;
    for (const auto& f : all) longest = std::max(longest, f.name.size());
    constexpr std::size_t state_width = 9;
    for (const auto& f : all) {
        const auto state = server::name_of(f.state);
        std::cout << state << std::string(state_width - state.size(), ' ') << f.name
                  << std::string(longest + 2 - f.name.size(), ' ') << harmless(f.found);
        if (!f.advice.empty()) std::cout << (is_sentence(f.found) ? " " : ". ") << harmless(f.advice);
        std::cout << "\n";
    }
    const auto errors = count(all, health::error), warnings = count(all, health::warning);
    std::cout << errors << (errors == 1 ? " error, " : " errors, ") << warnings
              << (warnings == 1 ? " warning\n" : " warnings\n");
}

} // namespace

int doctor(const arguments& given)
{
    if (wants_help(given)) {
        std::cout << help;
        return success;
    }
    auto flags = given;
    const bool as_json = std::erase(flags, "--json") != 0;
    const auto loaded = load_settings(flags);
    for (const auto& p : loaded.problems) std::cerr << "watchword: " << settings::to_string(p) << "\n";
    if (!loaded.problems.empty()) return misused;
    if (!loaded.values.server.core_dumps) server::forbid_core_dumps();
    core::log::set_level(core::log::level::off); // what is read here warns there of what is found here
    const core::system_clock clock;
    const auto all = server::diagnose({loaded.values, loaded.file, clock});
    if (as_json) {
        print_json(all);
    } else {
        print_lines(all);
    }
    return count(all, health::error) == 0 ? success : failed;
}

} // namespace watchword::app
