#include "accounts/administration_problem.hpp"
#include "accounts/api_keys.hpp"
#include "api/person_json.hpp"
#include "apikey.hpp"
#include "apikey_text.hpp"
#include "beside_server.hpp"
#include "command_line.hpp"
#include "core/run_to_end.hpp"
#include "key.hpp"
#include "permission_words.hpp"
#include "settings/values.hpp"
#include "text_table.hpp"

#include <iostream>
#include <optional>
#include <string>
#include <utility>

namespace watchword::app {
namespace {

constexpr std::chrono::days longest{36'500};

// A time, or how long from now on.
std::optional<core::precise_timestamp> read_end(const std::string& text, core::precise_timestamp now)
{
    if (const auto time = api::read_time(text)) return time;
    const auto lasts = settings::parse_duration(text);
    if (!lasts || *lasts > longest) return std::nullopt;
    return now + *lasts;
}

std::string why_not_made(const core::error_code& ec)
{
    if (ec == core::errc::invalid_input) return "a name is 1 to 100 bytes of UTF-8; nothing was changed";
    if (ec == core::errc::too_large)
        return "there are 1,000 API keys: revoke one that nobody uses; nothing was changed";
    if (ec == core::errc::unavailable)
        return ec.message() + ": it is not known whether a key was made; watchword apikey list shows them";
    return ec.message() + "; nothing was changed";
}

store::api_key_row row_of(const accounts::api_key& k)
{
    store::api_key_row row;
    row.id = k.id;
    row.name = k.name;
    row.prefix = k.prefix;
    row.permissions = k.permissions.words();
    row.created = k.created;
    row.expires = k.expires;
    return row;
}

void print_made(const accounts::made_api_key& made, bool as_json)
{
    const auto row = row_of(made.key);
    if (as_json) return print_api_key_json(row, made.text);
    std::cout << "The key, which is shown this once:\n  " << made.text.view() << "\nIts id is " << row.id << "; "
              << (row.permissions.empty() ? "it may do nothing" : "it may " + row.permissions)
              << (row.expires ? ", until " + time_text(*row.expires) : std::string()) << "\n";
}

int create(const command_line& line, accounts::new_api_key wanted)
{
    core::system_clock clock;
    core::system_random random;
    store::database database(beside_server(line.values));
    accounts::api_keys keys(database, clock, random);
    const auto made = core::run_to_end(keys.create(shell_actor(), std::move(wanted)));
    if (!made) return fail(why_not_made(made.error()));
    print_made(*made, line.has("--json"));
    if (std::cout.flush()) return success; // no server has to hear of a key that it does not know
    return fail("standard output cannot be written, and so nobody knows the key: watchword apikey revoke " +
                made->key.id);
}

} // namespace

int apikey_create(const arguments& given)
{
    syntax expected{"apikey create", {"NAME"}, {"--json"}, {"--expires"}};
    expected.lists = {"--permission"};
    const auto line = read_command_line(given, expected);
    if (!line) return misused;
    accounts::new_api_key wanted;
    wanted.name = line->words[0];
    if (const auto named = line->lists.find("--permission"); named != line->lists.end())
        wanted.permissions = named->second;
    if (!are_permissions(wanted.permissions)) return misused;
    if (const auto when = line->option("--expires")) {
        const auto now = core::system_clock().precise_now();
        wanted.expires = read_end(*when, now);
        if (!wanted.expires || *wanted.expires <= now) {
            fail("--expires takes a time that has not passed, such as 2027-01-31T12:00:00Z, or how long from now, such "
                 "as 90d; nothing was changed");
            return misused;
        }
    }
    return create(*line, std::move(wanted));
}

} // namespace watchword::app
