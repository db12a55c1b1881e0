#include "command_line.hpp"
#include "server/database_settings.hpp"
#include "text_table.hpp"
#include "user.hpp"
#include "user_text.hpp"

#include <charconv>
#include <iostream>
#include <optional>

namespace watchword::app {
namespace {

constexpr std::size_t most_listed = 100'000; // held in memory

std::optional<std::size_t> read_limit(const std::string& text)
{
    std::size_t value = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc() || read.ptr != end || value == 0 || value > most_listed) return std::nullopt;
    return value;
}

int list(const command_line& line)
{
    store::account_filter wanted{line.option("--search").value_or(""), line.option("--role").value_or(""), 50};
    if (const auto text = line.option("--limit")) {
        const auto limit = read_limit(*text);
        if (!limit) return fail("--limit takes a number from 1 to 100000"), misused;
        wanted.limit = *limit;
    }
    const auto limit = wanted.limit++; // one more tells whether there are more
    auto found = store::read_accounts(server::database_settings(line.values.database), wanted);
    const bool more = found.size() > limit;
    if (more) found.pop_back();
    print_users(found, line.has("--json"));
    if (more) std::cerr << "watchword: there are more; --limit shows them, --search and --role look for some\n";
    return std::cout.flush() ? success : fail("standard output cannot be written");
}

} // namespace

int user_list(const arguments& given)
{
    const auto line = read_command_line(given, {"user list", {}, {"--json"}, {"--search", "--role", "--limit"}});
    if (!line) return misused;
    try {
        return list(*line);
    } catch (const std::exception& e) {
        return fail(e.what());
    }
}

int user_show(const arguments& given)
{
    const auto line = read_command_line(given, {"user show", {"EMAIL"}, {"--json"}});
    if (!line) return misused;
    try {
        const auto found = store::read_account(server::database_settings(line->values.database), line->words[0]);
        if (!found && found.error() == core::errc::not_found)
            return fail("there is no user with the address " + harmless(line->words[0]));
        if (!found) return fail(found.error().message());
        print_user(*found, line->has("--json"));
        return success;
    } catch (const std::exception& e) {
        return fail(e.what());
    }
}

void print_list_help()
{
    std::cout << "Usage: watchword user list [FLAG]...\n"
                 "       watchword user show [--json] EMAIL\n\n"
                 "Lists the users of the database in the order in which they came, or shows one of them. Changes\n"
                 "nothing; servers may be running.\n\n"
                 "  --search TEXT       Only those with TEXT in the address or the name; a to z in any case.\n"
                 "  --role ROLE         Only those who have that role.\n"
                 "  --limit NUMBER      At most so many, up to 100000. [50]\n"
                 "  --json              Write a JSON array of objects: id, email, name, disabled, roles; `show` one.\n"
              << database_flags_help;
}

} // namespace watchword::app
