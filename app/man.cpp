#include "command_line.hpp"
#include "commands.hpp"
#include "settings/table.hpp"

#include <iostream>
#include <string>
#include <string_view>

namespace watchword::app {
namespace {

// Text for roff: nothing in it is taken for a request.
std::string plain(std::string_view text)
{
    std::string all;
    bool at_start = true;
    for (const char c : text) {
        if (at_start && (c == '.' || c == '\'')) all += "\\&";
        if (c == '\\') {
            all += "\\e";
        } else if (c == '-') {
            all += "\\-";
        } else {
            all += c;
        }
        if (c == ',') all += "\\:"; // a line may end here
        at_start = c == '\n';
    }
    return all;
}

void print_commands()
{
    std::cout << ".SH COMMANDS\n";
    for (const auto& c : all_commands()) {
        if (c.run == man) continue; // this very page
        std::cout << ".SS " << plain(c.name) << "\n" << plain(c.text) << "\n.PP\n.nf\n" << plain(help_of(c)) << ".fi\n";
    }
}

void print_settings()
{
    const settings::settings defaults;
    std::cout
        << ".SH SETTINGS\nIn the file of \\-\\-config, as WATCHWORD_GROUP_NAME in the environment, or by \\-\\-set "
           "GROUP.NAME=VALUE.\n";
    for (const auto& d : settings::table()) {
        const auto value = d.write(defaults);
        std::cout << ".TP\n.B " << plain(d.environment_only ? d.short_environment : d.key) << "\n" << plain(d.text);
        std::cout << " It must be " << plain(settings::expectation(d)) << ".";
        if (!value.empty()) std::cout << " Default: " << plain(value) << ".";
        std::cout << "\n";
    }
}

} // namespace

int man(const arguments& given)
{
    if (wants_help(given)) {
        std::cout << "Usage: watchword man\n\nPrints the manual page, for a file watchword.1.\n";
        return success;
    }
    if (!given.empty()) {
        fail("man takes no arguments");
        return misused;
    }
    std::cout
        << ".TH WATCHWORD 1 \"\" \"Watchword " WATCHWORD_VERSION "\" \"User Commands\"\n"
           ".SH NAME\nwatchword \\- an authentication server\n"
           ".SH SYNOPSIS\n.B watchword\n.I COMMAND\n[\\fIOPTION\\fR]...\n"
           ".SH DESCRIPTION\nSigns people up, logs them in and checks their tokens, over HTTP, with SQLite inside "
           "or PostgreSQL. Without anything given,\n.B watchword serve\nlistens on 127.0.0.1:5000 and keeps its "
           "users in watchword.db.\n";
    print_commands();
    print_settings();
    std::cout
        << ".SH SIGNALS\n.TP\nSIGTERM, SIGINT\nRequests in flight are finished, then the server exits with 0; a "
           "second one cuts connections.\n.TP\nSIGHUP\nCertificates are read again.\n"
           ".SH EXIT STATUS\n.TP\n0\nDone.\n.TP\n1\nIt failed; standard error says why.\n.TP\n2\nThe command line "
           "or the settings cannot be used; nothing was done.\n";
    return success;
}

} // namespace watchword::app
