#include "command_line.hpp"
#include "core/run_to_end.hpp"
#include "opened_users.hpp"
#include "text_table.hpp"
#include "user.hpp"

#include <iostream>
#include <string>
#include <unistd.h>

namespace watchword::app {
namespace {

// Whoever is asked has seen who it is.
bool is_meant(const store::account& a)
{
    std::cerr << "Delete " << harmless(a.who.email.value_or(std::string()))
              << ", and all that is kept about this user? "
              << "Type yes: " << std::flush;
    std::string answer;
    return std::getline(std::cin, answer) && answer == "yes";
}

int remove(const command_line& line)
{
    const auto& email = line.words[0];
    if (!line.has("--yes") && ::isatty(STDIN_FILENO) == 0) {
        fail("there is nobody to be asked: --yes deletes without a question; nothing was changed");
        return misused;
    }
    opened_users users(line.values);
    const auto found = users.find(email);
    if (!found) return failed;
    if (!line.has("--yes") && !is_meant(*found)) return fail("nothing was changed");
    const auto removed = core::run_to_end(users.changes().remove_user(*found->who.public_id));
    if (!removed) return fail_change(removed.error(), email);
    std::cout << harmless(found->who.email.value_or(email)) << " is deleted\n";
    return users.finish();
}

} // namespace

int user_delete(const arguments& given)
{
    const auto line = read_command_line(given, {"user delete", {"EMAIL"}, {"--yes"}});
    if (!line) return misused;
    try {
        return remove(*line);
    } catch (const std::exception& e) {
        return fail(std::string(e.what()) + "; nothing was changed");
    }
}

void print_delete_help()
{
    std::cout << "Usage: watchword user delete [--yes] EMAIL\n\n"
                 "Deletes a user and all that is kept about him. His sessions end, and no token of his is accepted.\n\n"
                 "  --yes               Do not ask.\n\n"
                 "Servers may be running; those on SQLite have heard of it when the command ends.\n\n"
              << database_flags_help;
}

} // namespace watchword::app
