#include "apikey.hpp"

#include "command_line.hpp"
#include "permission_words.hpp"
#include "steps.hpp"

#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::app {
namespace {

constexpr std::string_view help =
    "Usage: watchword apikey create [--permission NAME]... [--expires WHEN] [--json] NAME\n"
    "       watchword apikey list [--json]\n"
    "       watchword apikey revoke [--json] KEY\n\n"
    "API keys let programs administer users under /v1/admin: Authorization: Bearer wk_...\n\n"
    "`create` makes one that people call NAME, and prints it. It is stored nowhere and shown this once.\n"
    "  --permission NAME   What it may do; may be repeated. Without any it may do nothing:\n";
constexpr std::string_view more_help =
    "  --expires WHEN      Until when: a time such as 2027-01-31T12:00:00Z, or how long from now, such as 90d or 12h.\n"
    "                      Without it the key is good until it is revoked.\n\n"
    "`list` shows them by their age: how each begins, what it may do, and when it was used last, to the minute.\n\n"
    "`revoke` ends the one that has this id or begins so, at least 4 characters. Servers may be running; those on\n"
    "SQLite accept it no more when the command ends, PostgreSQL's hear of it at once, or within 250 ms where\n"
    "notifications do not pass.\n\n"
    "  --json              Write JSON: id, name, prefix, permissions, created, expires, last_used; `create` the\n"
    "                      key, too; `list` an array of such objects, with state: active or expired.\n";

constexpr step steps[] = {{"create", apikey_create}, {"list", apikey_list}, {"revoke", apikey_revoke}};

} // namespace

int apikey(const arguments& given)
{
    if (wants_help(given)) {
        std::cout << help << permission_lines(std::string(22, ' ')) << more_help << database_flags_help;
        return success;
    }
    return run_step("apikey", steps, given);
}

} // namespace watchword::app
