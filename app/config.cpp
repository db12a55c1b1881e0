#include "command_line.hpp"
#include "commands.hpp"
#include "core/json.hpp"
#include "settings/help.hpp"
#include "settings_sources.hpp"
#include "steps.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

namespace watchword::app {
namespace {

constexpr std::string_view help =
    "Usage: watchword config\n"
    "       watchword config show [--json] [FLAG]...\n"
    "       watchword config check [FLAG]...\n"
    "       watchword config reference | schema\n\n"
    "Prints every setting with its default, as a file for watchword serve --config.\n\n"
    "`show` prints what watchword serve with the same flags would go by, and where each value comes from; secrets are\n"
    "not shown.\n"
    "  --json              One object: the value and the origin of each setting by its name.\n\n"
    "`check` lists all that is wrong with flags, environment and file, a line for each problem, and exits with 2 "
    "then.\n"
    "What can only be seen when the server starts (files, addresses, the database) is not looked at.\n\n"
    "`reference` prints all settings in Markdown, `schema` the JSON Schema of the file.\n\n"
    "Flags are those of watchword serve.\n";

// What cannot be used is told; nothing then.
std::optional<settings::loaded> load(const arguments& flags)
{
    auto loaded = load_settings(flags);
    for (const auto& p : loaded.problems) std::cerr << "watchword: " << settings::to_string(p) << "\n";
    if (loaded.problems.empty()) return loaded;
    return std::nullopt;
}

std::string origin_of(const settings::loaded& all, const settings::descriptor& d)
{
    const auto found = all.origins.find(d.key);
    return found == all.origins.end() ? "default" : settings::printable(found->second);
}

int show(const arguments& given)
{
    auto flags = given;
    const auto json = std::find(flags.begin(), flags.end(), "--json");
    const bool as_json = json != flags.end();
    if (as_json) flags.erase(json);
    const auto loaded = load(flags);
    if (!loaded) return misused;
    std::size_t longest = 0;
    for (const auto& d : settings::table()) longest = std::max(longest, d.key.size());
    const char* before = "{\n";
    for (const auto& d : settings::table()) {
        const auto origin = origin_of(*loaded, d);
        const bool is_secret = d.environment_only && origin != "default"; // which is never written
        const auto value =
            is_secret ? '"' + std::string(settings::hidden_value) + '"' : settings::shown_value(d, loaded->values);
        if (as_json) {
            std::cout << before << "  \"" << d.key << "\": {\"value\": " << value
                      << ", \"origin\": " << boost::json::serialize(core::json_string(origin)) << "}";
            before = ",\n";
        } else {
            std::cout << d.key << std::string(longest + 2 - d.key.size(), ' ') << value;
            if (origin != "default") std::cout << "  (" << origin << ")";
            std::cout << "\n";
        }
    }
    if (as_json) std::cout << "\n}\n";
    return success;
}

int check_settings(const arguments& flags)
{
    if (!load(flags)) return misused;
    std::cout << "the settings can be used\n";
    return success;
}

// Of a step that takes nothing.
int print(const arguments& given, std::string (*text)())
{
    if (!given.empty()) {
        fail("'" + given.front() + "' is one too many");
        return misused;
    }
    std::cout << text();
    return success;
}

int print_reference(const arguments& given)
{
    return print(given, settings::reference);
}
int print_schema(const arguments& given)
{
    return print(given, settings::file_schema);
}

constexpr step steps[] = {
    {"show", show}, {"check", check_settings}, {"reference", print_reference}, {"schema", print_schema}};

} // namespace

int config(const arguments& given)
{
    if (wants_help(given)) {
        std::cout << help;
        return success;
    }
    return given.empty() ? print({}, settings::default_file) : run_step("config", steps, given);
}

} // namespace watchword::app
