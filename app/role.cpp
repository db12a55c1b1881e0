#include "accounts/administration_problem.hpp"
#include "accounts/role_permissions.hpp"
#include "accounts/roles.hpp"
#include "beside_server.hpp"
#include "command_line.hpp"
#include "core/json.hpp"
#include "core/run_to_end.hpp"
#include "core/words.hpp"
#include "permission_words.hpp"
#include "server/database_settings.hpp"
#include "steps.hpp"
#include "store/roles.hpp"
#include "text_table.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::app {
namespace {

constexpr std::string_view help =
    "Usage: watchword role list [--json]\n"
    "       watchword role set [--json] NAME PERMISSION... | --none\n"
    "       watchword role delete NAME\n\n"
    "What those who have a role may do under /v1/admin and in the console; watchword user roles gives roles to users.\n"
    "The role admin permits everything and stays so. Roles that only applications know need not be here.\n\n"
    "`list` shows them. `set` makes a role, or gives it exactly these permissions in place of those it has; `delete`\n"
    "removes one: whoever has it may do nothing by it. The permissions:\n";
constexpr std::string_view more_help =
    "\n"
    "Servers may be running; those on SQLite go by it when the command ends, PostgreSQL's hear of it at once, or\n"
    "within 250 ms where notifications do not pass.\n\n"
    "  --json              Write JSON: name, permissions; `list` an array of such objects.\n";

boost::json::object to_json(const store::role_row& r)
{
    boost::json::array permissions;
    for (const auto& each : core::split_words(r.permissions)) permissions.emplace_back(core::json_string(each));
    return {{"name", core::json_string(r.name)}, {"permissions", std::move(permissions)}};
}

void print_roles(const std::vector<store::role_row>& all, bool as_json)
{
    if (as_json) {
        boost::json::array out;
        for (const auto& each : all) out.push_back(to_json(each));
        std::cout << boost::json::serialize(out) << "\n";
        return;
    }
    std::vector<std::vector<std::string>> rows{{"role", "permissions"}};
    for (const auto& each : all)
        rows.push_back({harmless(each.name), each.permissions.empty() ? "-" : harmless(each.permissions)});
    print_table(rows);
}

int fail_change(const core::error_code& ec)
{
    if (ec == core::errc::invalid_input) return fail("a role is 1 to 64 of a-z, 0-9, ':', '_', '.' and '-'");
    if (ec == core::errc::not_found) return fail("there is no such role; watchword role list shows them");
    if (ec == core::errc::too_large) return fail("there are 500 roles: delete one; nothing was changed");
    if (ec == accounts::administration_problem::fixed_role)
        return fail("the role admin permits everything and cannot be changed");
    return fail(ec.message() + ": it is not known whether the role was changed; try it again");
}

int list_roles(const arguments& given)
{
    const auto line = read_command_line(given, {"role list", {}, {"--json"}});
    if (!line) return misused;
    auto all = store::read_roles(server::database_settings(line->values.database));
    const store::role_row admin{std::string(accounts::admin_role), accounts::permission_set::all().words()};
    std::erase_if(all, [&](const auto& each) { return each.name == admin.name; });
    all.insert(all.begin(), admin);
    print_roles(all, line->has("--json"));
    return std::cout.flush() ? success : fail("standard output cannot be written");
}

int set_role(const arguments& given)
{
    syntax expected{"role set", {"NAME"}, {"--none", "--json"}};
    expected.rest = "PERMISSION";
    const auto line = read_command_line(given, expected);
    if (!line) return misused;
    std::vector<std::string> permissions(line->words.begin() + 1, line->words.end());
    if (line->has("--none") == !permissions.empty()) {
        fail("role set takes permissions, or --none; nothing was changed");
        return misused;
    }
    if (!are_permissions(permissions)) return misused;
    core::system_clock clock;
    store::database database(beside_server(line->values));
    accounts::role_permissions roles(database, clock);
    const auto made = core::run_to_end(roles.set(shell_actor(), line->words[0], std::move(permissions)));
    if (!made) return fail_change(made.error());
    const store::role_row row{made->name, made->permissions.words()};
    if (line->has("--json")) {
        std::cout << boost::json::serialize(to_json(row)) << "\n";
    } else {
        std::cout << row.name << " permits " << (row.permissions.empty() ? "nothing" : row.permissions) << "\n";
    }
    return finish_beside_server(database);
}

int delete_role(const arguments& given)
{
    const auto line = read_command_line(given, {"role delete", {"NAME"}});
    if (!line) return misused;
    core::system_clock clock;
    store::database database(beside_server(line->values));
    accounts::role_permissions roles(database, clock);
    const auto removed = core::run_to_end(roles.remove(shell_actor(), line->words[0]));
    if (!removed) return fail_change(removed.error());
    std::cout << line->words[0] << " is deleted\n";
    return finish_beside_server(database);
}

constexpr step steps[] = {{"list", list_roles}, {"set", set_role}, {"delete", delete_role}};

} // namespace

int role(const arguments& given)
{
    if (wants_help(given)) {
        std::cout << help << permission_lines("  ") << more_help << database_flags_help;
        return success;
    }
    return run_step("role", steps, given);
}

} // namespace watchword::app
