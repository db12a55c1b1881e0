#pragma once

#include "commands.hpp"
#include "settings/settings.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// The command lines of commands that work on the database, beside a server or without one.
namespace watchword::app {

// What a command understands besides the flags that say where the database is (--database, --config, --set).
struct syntax {
    std::string_view command;                 // "backup"
    std::vector<std::string_view> words{};    // what must stand there without a flag: "FILE"
    std::vector<std::string_view> switches{}; // flags without a value: "--force"
    std::vector<std::string_view> options{};  // flags with one: "--from"
    std::vector<std::string_view> lists{};    // the same that may be given any number of times: "--role"
    std::string_view rest{};                  // what may follow the words, any number of times; empty: nothing may
};

struct command_line {
    std::vector<std::string> words; // as many as the syntax names, and what follows
    std::set<std::string, std::less<>> switches;
    std::map<std::string, std::string, std::less<>> options;
    std::map<std::string, std::vector<std::string>, std::less<>> lists;
    settings::settings values; // of flags, environment and file, as for `serve`

    bool has(std::string_view flag) const { return switches.contains(flag); }
    // What was given for an option; nothing if it was not.
    std::optional<std::string> option(std::string_view flag) const
    {
        const auto found = options.find(flag);
        return found == options.end() ? std::nullopt : std::optional(found->second);
    }
};

// Nothing if it cannot be understood; what is wrong was written to standard error then, a line for each problem.
// Behind `--` stand only words.
std::optional<command_line> read_command_line(const arguments&, const syntax&);

// What --help says about the flags that all these commands have.
inline constexpr std::string_view database_flags_help =
    "  --database URL      sqlite:FILE or postgresql://USER@HOST/NAME. [sqlite:watchword.db]\n"
    "  --config FILE       Read settings from a JSON file, the one of watchword serve.\n"
    "  --help              Show this text.\n\n"
    "Without a flag, the database is the one of the environment (WATCHWORD_DATABASE, WATCHWORD_DATABASE_FILE) or the\n"
    "settings file (WATCHWORD_CONFIG), as for watchword serve.\n";

// Writes "watchword: PROBLEM" to standard error; returns `failed`.
int fail(std::string_view problem);

} // namespace watchword::app
