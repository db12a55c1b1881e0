#include "accounts/roles.hpp"
#include "command_line.hpp"
#include "core/run_to_end.hpp"
#include "opened_users.hpp"
#include "server/database_settings.hpp"
#include "user.hpp"
#include "user_text.hpp"

#include <iostream>
#include <string>
#include <vector>

namespace watchword::app {
namespace {

// Makes one change of the user with that address, and shows what has become of him.
template <class Change> int change_user(const command_line& line, const std::string& email, Change change)
{
    opened_users users(line.values);
    auto found = users.find(email);
    if (!found) return failed;
    auto state = core::run_to_end(change(users.changes(), *found->who.public_id));
    if (!state) return fail_change(state.error(), email);
    found->state = std::move(*state);
    print_state(*found, line.has("--json"));
    return users.finish();
}

int set_disabled(const char* command, const arguments& given, bool disabled)
{
    const auto line = read_command_line(given, {command, {"EMAIL"}, {"--json"}});
    if (!line) return misused;
    try {
        return change_user(*line, line->words[0], [disabled](accounts::user_changes& c, const std::string& public_id) {
            return c.set_disabled(public_id, disabled);
        });
    } catch (const std::exception& e) {
        return fail(std::string(e.what()) + "; nothing was changed");
    }
}

int show(const command_line& line)
{
    const auto found = store::read_account(server::database_settings(line.values.database), line.words[0]);
    if (!found && found.error() == core::errc::not_found)
        return fail("there is no user with the address " + line.words[0]);
    if (!found) return fail(found.error().message());
    print_state(*found, line.has("--json"));
    return success;
}

} // namespace

int user_disable(const arguments& given)
{
    return set_disabled("user disable", given, true);
}

int user_enable(const arguments& given)
{
    return set_disabled("user enable", given, false);
}

int user_roles(const arguments& given)
{
    syntax expected{"user roles", {"EMAIL"}, {"--none", "--json"}};
    expected.rest = "ROLE";
    const auto line = read_command_line(given, expected);
    if (!line) return misused;
    const std::vector<std::string> roles(line->words.begin() + 1, line->words.end());
    if (line->has("--none") && !roles.empty()) {
        fail("--none takes all roles away; none can be given with it");
        return misused;
    }
    if (!accounts::join_roles(roles)) {
        fail("a role is 1 to 64 of a-z, 0-9, ':', '_', '.' and '-', and a user has at most 32; nothing was changed");
        return misused;
    }
    try {
        if (roles.empty() && !line->has("--none")) return show(*line);
        return change_user(*line, line->words[0], [&roles](accounts::user_changes& c, const std::string& public_id) {
            return c.set_roles(public_id, roles);
        });
    } catch (const std::exception& e) {
        return fail(std::string(e.what()) + "; nothing was changed");
    }
}

void print_change_help()
{
    std::cout
        << "Usage: watchword user disable [--json] EMAIL\n"
           "       watchword user enable [--json] EMAIL\n"
           "       watchword user roles [--json] EMAIL\n"
           "       watchword user roles [--json] EMAIL ROLE... | --none\n\n"
           "Whoever is disabled cannot sign in; his sessions end, and no token of his is accepted. `enable` lets him "
           "sign\n"
           "in again; older tokens stay invalid.\n\n"
           "`roles` shows a user's roles, or gives him exactly those that are named, or --none. Access tokens from\n"
           "before the change are not accepted any more: clients refresh them, and the new ones name the new roles. A\n"
           "role is a word of a-z, 0-9, ':', '_', '.' and '-'; what it means is up to the applications.\n\n"
           "PostgreSQL's servers may be running: they hear of a change at once, or within 250 ms where notifications\n"
           "do not pass. A server on SQLite has heard of it when the command ends.\n\n"
           "  --json              Write the user as one JSON object: id, email, disabled, roles.\n"
        << database_flags_help;
}

} // namespace watchword::app
