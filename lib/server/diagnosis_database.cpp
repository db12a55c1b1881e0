#include "server/diagnosis_database.hpp"

#include "accounts/key_rows.hpp"
#include "accounts/roles.hpp"
#include "api/time_text.hpp"
#include "core/random.hpp"
#include "server/database_settings.hpp"
#include "server/diagnosis_files.hpp"
#include "server/key_policy.hpp"
#include "server/secret.hpp"
#include "store/file_lock.hpp"

#include <algorithm>
#include <stdexcept>
#include <system_error>

namespace watchword::server {
namespace {

using accounts::key_life;

finding check_schema(const store::inspection& seen)
{
    const std::string name = "database.schema";
    if (!seen.schema_problem.empty())
        return error_of(name, seen.schema_problem,
                        "Use the program that has served this database, or a newer one; or name another database.");
    if (seen.is_empty()) return all_well(name, "the database is empty; the first start of a server makes its tables");
    const auto text = "version " + std::to_string(*seen.applied) + " of " + std::to_string(seen.known);
    if (seen.is_current()) return all_well(name, text);
    return warning_of(name, text + ": the next start of a server brings it up to date",
                      "Make a backup first (watchword backup, pg_dump): older programs cannot use it afterwards.");
}

std::string size_of(const std::filesystem::path& file)
{
    std::error_code none;
    const auto size = std::filesystem::file_size(file, none);
    return std::to_string(none ? 0 : size / 1024) + " KiB";
}

finding check_log_size(const std::filesystem::path& file)
{
    constexpr std::uintmax_t much = 512 * 1024 * 1024; // the server begins it anew at 64 MiB if nobody keeps it from it
    const std::string name = "database.size";
    const std::filesystem::path log = file.string() + "-wal";
    const auto text = size_of(file) + ", and " + size_of(log) + " of write-ahead log; watchword check reads all of it";
    std::error_code none;
    const auto size = std::filesystem::file_size(log, none);
    if (none || size < much) return all_well(name, text);
    return warning_of(name, text,
                      "Look for a program that reads the database without end, such as an open sqlite3 "
                      "shell: the log cannot begin anew while it does.");
}

finding check_room(const settings::settings& s, const store::connection_room& room)
{
    const std::string name = "database.connections";
    const auto needed = s.database.readers + 2; // the writer and the one that listens to other nodes
    const auto text = std::to_string(needed) + " are needed, " + std::to_string(room.used) + " of " +
                      std::to_string(room.most) + " are in use";
    const std::string advice = "Raise max_connections of the server, or lower database.readers.";
    if (room.most < needed) return error_of(name, text, advice);
    if (room.used + needed > room.most) return warning_of(name, text, advice);
    return all_well(name, text);
}

bool is_missing(const std::filesystem::path& file)
{
    std::error_code none;
    return std::filesystem::status(file, none).type() == std::filesystem::file_type::not_found;
}

// What the file that the settings name is to be, before there are keys.
findings check_secret_alone(const settings::settings& s)
{
    const std::string name = "keys.secret";
    const auto place = secret_place(s);
    if (place.empty()) return {}; // permissions.secret tells what is wrong with that
    if (!names_secret(s) && is_missing(place)) return {all_well(name, "the first start of a server makes it")};
    core::system_random random;
    find_secret(s, false, random);
    return {all_well(name, "it is there and long enough")};
}

finding check_opening(const settings::settings& s, const store::inspection& seen, const std::vector<key_life>& lives,
                      const crypto::key_seal& seal, core::precise_timestamp now)
{
    const std::string name = "keys.secret";
    std::size_t needed = 0, opened = 0;
    for (std::size_t i = 0; i < lives.size(); ++i) {
        if (!accounts::verifies(lives[i], now)) continue;
        ++needed;
        if (accounts::open_row(seen.keys[i], seal)) ++opened;
    }
    const auto text = "it opens " + std::to_string(opened) + " of " + std::to_string(needed) + " keys";
    if (opened == needed) return all_well(name, text);
    return error_of(name, text + "; the secret is that of " + secret_place(s),
                    "Put the secret there that belongs to this database; or watchword key retire --all, after which "
                    "everybody must sign in again.");
}

finding check_signing(const settings::settings& s, const std::vector<key_life>& lives, core::precise_timestamp now)
{
    const std::string name = "keys.rotation";
    const auto shown = [](core::precise_timestamp t) {
        return api::time_text(std::chrono::floor<std::chrono::seconds>(t));
    };
    const auto* const signs = accounts::find_signing_key(lives, now);
    if (!signs) return all_well(name, "the next start of a server makes a key");
    const auto text = signs->kid + " signs";
    if (signs->signs_until != accounts::never) return all_well(name, text + " until " + shown(signs->signs_until));
    if (s.tokens.rotation.count() == 0) return all_well(name, text + ", for ever (tokens.rotation is 0)");
    const core::precise_timestamp due = signs->signs_from + s.tokens.rotation;
    constexpr std::chrono::hours tolerance{1};
    if (now <= due + tolerance) return all_well(name, text + " until " + shown(due));
    return warning_of(name, text + ", and should have been followed at " + shown(due),
                      "Start the server, which does it; if one runs, its log says why it cannot.");
}

} // namespace

findings check_database(const settings::settings& s, database_state& state)
{
    const auto file = sqlite_file(s);
    const std::string name = "database.open";
    if (file && is_missing(*file)) {
        state.is_new = true;
        return {all_well(name, file->string() + " will be created by the first start of a server")};
    }
    try {
        state.seen = store::inspect_database(database_settings(s.database), accounts::admin_role);
    } catch (const std::runtime_error& e) {
        return {error_of(name, e.what(),
                         file ? "Correct database.url or the file; watchword check says more, watchword restore puts a "
                                "backup in its place."
                              : "Correct database.url, or see that the server runs and lets this machine in.")};
    }
    findings all{all_well(name, state.seen->product), check_schema(*state.seen)};
    if (file) all.push_back(check_log_size(*file));
    if (state.seen->room) all.push_back(check_room(s, *state.seen->room));
    state.is_new = state.seen->is_empty();
    return all;
}

findings check_keys(const settings::settings& s, const database_state& d, core::precise_timestamp now)
{
    const std::string name = "keys.secret";
    core::system_random random;
    try {
        if (!d.seen || d.seen->keys.empty()) return check_secret_alone(s);
        const auto lives = accounts::lives_of(d.seen->keys);
        if (!lives)
            return {error_of("keys.rotation", lives.error().message(),
                             "Use the program that has made it, or a newer one.")};
        const crypto::key_seal seal(find_secret(s, false, random));
        return {check_opening(s, *d.seen, *lives, seal, now), check_signing(s, *lives, now)};
    } catch (const std::runtime_error& e) {
        return {error_of(name, e.what(),
                         "Put the secret that belongs to this database there, readable for the server's user.")};
    }
}

findings check_administrator(const settings::settings& s, const database_state& d)
{
    const std::string name = "administrator";
    const bool is_named = !s.admin.email.empty();
    if (d.is_new)
        return {all_well(name, is_named ? "the first start makes the one that admin.email names"
                                        : "the first start prints a link that makes one")};
    if (!d.seen || !d.seen->is_current() || !d.seen->schema_problem.empty()) return {};
    if (d.seen->has_role_holder) return {all_well(name, "there is one")};
    if (is_named) return {all_well(name, "the next start makes the one that admin.email names")};
    return {warning_of(name, "there is none yet",
                       "Open the link that the server prints when it starts, or give somebody the role: watchword "
                       "user create --role admin EMAIL.")};
}

bool is_server_running(const settings::settings& s)
{
    const auto file = sqlite_file(s);
    return file && store::file_lock::is_held(*file);
}

} // namespace watchword::server
