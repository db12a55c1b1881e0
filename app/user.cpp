#include "user.hpp"

#include "command_line.hpp"
#include "settings/nearest.hpp"

#include <iostream>

namespace watchword::app {
namespace {

void print_help()
{
    std::cout
        << "Usage: watchword user import [FLAG]... FILE\n"
           "       watchword user export [FLAG]... FILE\n\n"
           "Brings users in from a file, Watchword's own or another system's, with their password hashes; writes all\n"
           "users into a file. `watchword user import --help` and `watchword user export --help` say how.\n";
}

} // namespace

int user(const arguments& given)
{
    const bool named = !given.empty() && !given.front().starts_with('-');
    const bool helps = wants_help(given);
    const std::string step = named ? given.front() : "";
    const arguments rest(given.begin() + (named ? 1 : 0), given.end());
    if (helps && !named) {
        print_help();
        return success;
    }
    if (step == "import") {
        if (!helps) return user_import(rest);
        print_import_help();
        return success;
    }
    if (step == "export") {
        if (!helps) return user_export(rest);
        print_export_help();
        return success;
    }
    const auto near = settings::nearest(step, {"import", "export"});
    fail(named ? "user knows no '" + step + "'" + (near.empty() ? "" : "; did you mean " + near + "?")
               : std::string("user needs import or export; see watchword user --help"));
    return misused;
}

} // namespace watchword::app
