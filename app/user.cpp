#include "user.hpp"

#include "command_line.hpp"
#include "steps.hpp"

#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace watchword::app {
namespace {

constexpr step steps[] = {{"list", user_list},         {"show", user_show},       {"create", user_create},
                          {"password", user_password}, {"delete", user_delete},   {"import", user_import},
                          {"export", user_export},     {"disable", user_disable}, {"enable", user_enable},
                          {"roles", user_roles}};
constexpr std::pair<std::string_view, void (*)()> helps[] = {
    {"list", print_list_help},         {"show", print_list_help},      {"create", print_create_help},
    {"password", print_password_help}, {"delete", print_delete_help},  {"import", print_import_help},
    {"export", print_export_help},     {"disable", print_change_help}, {"enable", print_change_help},
    {"roles", print_change_help}};

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

} // namespace

int user(const arguments& given)
{
    if (!wants_help(given)) return run_step("user", steps, given);
    for (const auto& [name, print] : helps)
        if (name == given.front()) return print(), success;
    print_help();
    return success;
}

} // namespace watchword::app
