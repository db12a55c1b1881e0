#include "user.hpp"

#include "command_line.hpp"
#include "settings/nearest.hpp"

#include <array>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::app {
namespace {

struct step {
    std::string_view name;
    int (*run)(const arguments&);
    void (*print_help)();
};
constexpr std::array<step, 10> steps{{{"list", user_list, print_list_help},
                                      {"show", user_show, print_list_help},
                                      {"create", user_create, print_create_help},
                                      {"password", user_password, print_password_help},
                                      {"delete", user_delete, print_delete_help},
                                      {"import", user_import, print_import_help},
                                      {"export", user_export, print_export_help},
                                      {"disable", user_disable, print_change_help},
                                      {"enable", user_enable, print_change_help},
                                      {"roles", user_roles, print_change_help}}};

void print_help()
{
    std::cout << "Usage: watchword user list [FLAG]...\n"
                 "       watchword user show | create | password | delete [FLAG]... EMAIL\n"
                 "       watchword user import [FLAG]... FILE\n"
                 "       watchword user export [FLAG]... FILE\n"
                 "       watchword user disable | enable [FLAG]... EMAIL\n"
                 "       watchword user roles [FLAG]... EMAIL [ROLE]...\n\n"
                 "Lists users; shows, makes and removes one, and gives one another password. Brings users in from a "
                 "file, Watchword's own or another system's, with their password hashes; writes "
                 "all\n"
                 "users into a file; bars a user and lets him in again; shows and sets a user's roles. `watchword user "
                 "STEP\n"
                 "--help` says how.\n";
}

int unknown(const std::string& name)
{
    std::vector<std::string> names;
    names.reserve(steps.size());
    for (const auto& s : steps) names.emplace_back(s.name);
    const auto near = settings::nearest(name, names);
    fail("user knows no '" + name + "'" + (near.empty() ? "" : "; did you mean " + near + "?"));
    return misused;
}

} // namespace

int user(const arguments& given)
{
    const bool helps = wants_help(given);
    if (given.empty() || given.front().starts_with('-')) {
        if (helps) {
            print_help();
            return success;
        }
        fail("user needs one of list, show, create, password, delete, disable, enable, roles, import, export; see "
             "watchword user --help");
        return misused;
    }
    for (const auto& s : steps) {
        if (s.name != given.front()) continue;
        if (!helps) return s.run({given.begin() + 1, given.end()});
        s.print_help();
        return success;
    }
    return unknown(given.front());
}

} // namespace watchword::app
