#include "commands.hpp"

#include "settings/nearest.hpp"

#include <algorithm>
#include <iostream>
#include <sstream>
#include <string_view>

namespace watchword::app {
namespace {

constexpr command commands[] = {
    {"serve", "Sign people up, log them in, check their tokens: the server.", serve},
    {"reload", "Has a running server read its settings and certificates again.", reload},
    {"healthcheck", "Asks the server on this machine whether it can serve, for containers.", healthcheck},
    {"migrate", "Bring a database's schema up to date; copy a database into another.", migrate},
    {"user", "Brings users in from files, writes them into one; bars a user, gives him roles.", user},
    {"key", "Shows the keys that sign tokens; lets another one sign, brings one in, ends one.", key},
    {"apikey", "Makes keys for programs that administer users; shows and revokes them.", apikey},
    {"role", "Shows and sets what roles permit in the administration.", role},
    {"audit", "Shows and exports the audit log; proves that nobody has changed it.", audit},
    {"client", "Makes a secret for a program that may ask about tokens and revoke them.", client},
    {"config", "Prints settings: their defaults, what would hold and why, what is wrong.", config},
    {"backup", "Writes the SQLite database into a file, also beside a running server.", backup},
    {"restore", "Puts a backup in place of the SQLite database.", restore},
    {"hash", "Finds what password hashes may cost on this machine; makes and checks one.", hash},
    {"breached", "Makes a filter of stolen passwords that nobody may choose; looks into it.", breached},
    {"check", "Looks for damage in the database, also beside a running server.", check},
    {"doctor", "Says what a server with these settings would lack, and what to do.", doctor},
    {"completion", "Prints a script that completes command lines in bash or zsh.", completion},
    {"man", "Prints the manual page.", man},
};

void print_help(std::ostream& out)
{
    out << "Watchword: an authentication server.\n\nUsage: watchword COMMAND [OPTION]...\n\nCommands:\n";
    for (const auto& c : commands) out << "  " << c.name << std::string(12 - c.name.size(), ' ') << c.text << "\n";
    out << "\n  watchword COMMAND --help shows the options of a command.\n  watchword --version shows the version.\n";
}

int unknown(const std::string& name)
{
    std::vector<std::string> names{"--help", "--version"};
    for (const auto& c : commands) names.emplace_back(c.name);
    const auto near = settings::nearest(name, names);
    std::cerr << "watchword: there is no command '" << name << "'";
    if (!near.empty()) std::cerr << "; did you mean " << near << "?";
    std::cerr << "\n";
    return misused;
}

} // namespace

std::span<const command> all_commands()
{
    return commands;
}

std::string help_of(const command& c)
{
    std::ostringstream text;
    auto* const before = std::cout.rdbuf(text.rdbuf());
    c.run({"--help"});
    std::cout.rdbuf(before);
    return text.str();
}

bool wants_help(const arguments& given)
{
    return std::any_of(given.begin(), given.end(), [](const auto& each) { return each == "--help" || each == "-h"; });
}

int run(const arguments& all)
{
    if (all.empty()) {
        print_help(std::cerr);
        return misused;
    }
    const std::string& name = all.front();
    if (name == "--help" || name == "-h" || name == "help") {
        print_help(std::cout);
        return success;
    }
    if (name == "--version" || name == "version") {
        std::cout << "watchword " WATCHWORD_VERSION "\n";
        return success;
    }
    for (const auto& c : commands)
        if (c.name == name) return c.run({all.begin() + 1, all.end()});
    return unknown(name);
}

} // namespace watchword::app
