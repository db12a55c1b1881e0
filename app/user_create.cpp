#include "accounts/roles.hpp"
#include "beside_server.hpp"
#include "command_line.hpp"
#include "core/run_to_end.hpp"
#include "opened_users.hpp"
#include "password_input.hpp"
#include "text_table.hpp"
#include "user.hpp"
#include "user_text.hpp"

#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace watchword::app {
namespace {

std::string why_not_created(const core::error_code& ec, const opened_passwords& passwords)
{
    if (ec == core::errc::already_exists) return "somebody has this address, or one that differs by case only";
    return passwords.explain(ec);
}

// Whoever has the address in any spelling is its owner, and passwords are what /v1 takes. He is there with his roles or
// not at all.
int create(const command_line& line, std::vector<std::string> roles)
{
    const auto& email = line.words[0];
    opened_users users(line.values);
    opened_passwords passwords(line.values, users.database());
    accounts::new_person wanted;
    wanted.email = email;
    wanted.password = read_new_password(line.option("--password-file"), accounts::password_limit);
    wanted.name = line.option("--name");
    wanted.roles = std::move(roles);
    if (const auto problem = accounts::find_problem(wanted))
        return fail(std::string(problem->text) + " Nothing was changed");
    const auto added = core::run_to_end(passwords.administration().create(shell_actor(), std::move(wanted)));
    if (!added && added.error() == core::errc::unavailable)
        return fail(added.error().message() + ": it is not known whether the user was created; try it again");
    if (!added) return fail(why_not_created(added.error(), passwords) + "; nothing was changed");
    const auto made = users.find(email);
    if (!made) return failed;
    print_user(*made, line.has("--json"));
    return users.finish();
}

int give_password(const command_line& line)
{
    const auto& email = line.words[0];
    opened_users users(line.values);
    const auto found = users.find(email);
    if (!found) return failed;
    opened_passwords passwords(line.values, users.database());
    const accounts::proven_user owner{found->who.id, *found->who.public_id, found->who.name, found->who.email};
    auto password = read_new_password(line.option("--password-file"), accounts::password_limit);
    const accounts::client here;
    auto hash = core::run_to_end(passwords.service().hash_new_password(owner, std::move(password), here));
    if (!hash) return fail(passwords.explain(hash.error()) + "; nothing was changed");
    const auto state = core::run_to_end(users.changes().set_password(owner.public_id, std::move(*hash)));
    if (!state) return fail_change(state.error(), email);
    std::cout << harmless(found->who.email.value_or(email)) << " has a new password; all sessions have ended\n";
    return users.finish();
}

} // namespace

int user_create(const arguments& given)
{
    syntax expected{"user create", {"EMAIL"}, {"--json"}, {"--name", "--password-file"}};
    expected.lists = {"--role"};
    const auto line = read_command_line(given, expected);
    if (!line) return misused;
    const auto named = line->lists.find("--role");
    auto roles = named == line->lists.end() ? std::vector<std::string>() : named->second;
    if (!accounts::join_roles(roles)) {
        fail("a role is 1 to 64 of a-z, 0-9, ':', '_', '.' and '-', and a user has at most 32; nothing was changed");
        return misused;
    }
    try {
        return create(*line, std::move(roles));
    } catch (const std::exception& e) {
        return fail(std::string(e.what()) + "; nothing was changed");
    }
}

int user_password(const arguments& given)
{
    const auto line = read_command_line(given, {"user password", {"EMAIL"}, {}, {"--password-file"}});
    if (!line) return misused;
    try {
        return give_password(*line);
    } catch (const std::exception& e) {
        return fail(std::string(e.what()) + "; nothing was changed");
    }
}

void print_create_help()
{
    std::cout << "Usage: watchword user create [FLAG]... EMAIL\n\n"
                 "Makes a user with that address, and shows him. The password is asked for, unseen; where standard "
                 "input is\n"
                 "no terminal, it is the first line of that. It must be one that sign-ups under /v1 take.\n\n"
                 "  --role ROLE         Give him a role; may be repeated.\n"
                 "  --name NAME         What people call him.\n"
                 "  --password-file FILE  Take the first line of FILE as the password; - is standard input.\n"
                 "  --json              Write the user as one JSON object: id, email, name, disabled, roles.\n\n"
                 "Servers may be running; those on SQLite have heard of it when the command ends.\n\n"
              << database_flags_help;
}

void print_password_help()
{
    std::cout << "Usage: watchword user password [FLAG]... EMAIL\n\n"
                 "Gives a user another password, which is asked for, unseen; where standard input is no terminal, it "
                 "is the\n"
                 "first line of that. All his sessions end, and no older token of his is accepted.\n\n"
                 "  --password-file FILE  Take the first line of FILE as the password; - is standard input.\n\n"
                 "Servers may be running; those on SQLite have heard of it when the command ends.\n\n"
              << database_flags_help;
}

} // namespace watchword::app
