#include "accounts/api_keys.hpp"
#include "apikey.hpp"
#include "apikey_text.hpp"
#include "beside_server.hpp"
#include "command_line.hpp"
#include "core/run_to_end.hpp"
#include "store/session.hpp"
#include "text_table.hpp"

#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::app {
namespace {

using store::api_key_row;

constexpr std::size_t least_characters = 4;

// By its id, how that begins, or how the key begins; a whole key is as good.
bool is_meant(const api_key_row& k, std::string_view given)
{
    return k.id.starts_with(given) || k.prefix.starts_with(given) ||
           (given.size() == accounts::api_keys::key_size && given.starts_with(k.prefix));
}

std::vector<api_key_row> find_meant(store::database& database, std::string_view given)
{
    const auto list = [](store::session& s) -> core::result<std::vector<api_key_row>> {
        return store::list_api_keys(s);
    };
    auto all = core::run_to_end(database.read(list));
    if (!all) throw std::runtime_error(all.error().message());
    std::erase_if(*all, [given](const auto& each) { return !is_meant(each, given); });
    return std::move(*all);
}

int revoke(const command_line& line)
{
    core::system_clock clock;
    core::system_random random;
    store::database database(beside_server(line.values));
    const auto meant = find_meant(database, line.words[0]);
    // What was given is not repeated: it may be a key.
    if (meant.empty()) return fail("there is no such key; watchword apikey list shows them; nothing was changed");
    if (meant.size() > 1) return fail("several keys begin so: give more of it, or the id; nothing was changed");
    accounts::api_keys keys(database, clock, random);
    const auto revoked = core::run_to_end(keys.revoke(shell_actor(), meant[0].id));
    if (!revoked && revoked.error() == core::errc::not_found) return fail("somebody else has just revoked it");
    if (!revoked) return fail(revoked.error().message() + ": it is not known whether it was revoked; try it again");
    const int noted = finish_beside_server(database);
    if (line.has("--json")) {
        print_api_key_json(meant[0]);
    } else {
        std::cout << harmless(meant[0].name) << " (" << meant[0].prefix << "...) is revoked\n";
    }
    return noted;
}

} // namespace

int apikey_revoke(const arguments& given)
{
    const auto line = read_command_line(given, {"apikey revoke", {"KEY"}, {"--json"}});
    if (!line) return misused;
    if (line->words[0].size() < least_characters) {
        fail("a key is named by its id or how it begins, at least 4 characters; nothing was changed");
        return misused;
    }
    return revoke(*line);
}

} // namespace watchword::app
