#include "store/inspection.hpp"

#include "store/failure.hpp"
#include "store/migrations.hpp"
#include "store/open.hpp"
#include "store/people.hpp"
#include "store/sqlite.hpp"
#include "store/stored_time.hpp"
#include "store/users.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

namespace watchword::store {
namespace {

// Without a server SQLite would leave files behind that only this user can write.
std::unique_ptr<backend> open_untouched(const database_settings& s)
{
    constexpr std::string_view scheme = "sqlite:";
    if (!s.url.starts_with(scheme)) return open_backend_for_reading(s);
    const auto file = s.url.substr(scheme.size());
    std::error_code none;
    return std::filesystem::exists(file + "-wal", none) ? open_sqlite_unlocked(file, s.timeout)
                                                        : open_sqlite_at_rest(file, s.timeout);
}

std::string product_of(session& s)
{
    std::string version;
    const bool is_sqlite = s.kind() == dialect::sqlite;
    s.sql() << (is_sqlite ? "SELECT sqlite_version()" : "SHOW server_version"), soci::into(version);
    return (is_sqlite ? "SQLite " : "PostgreSQL ") + version;
}

connection_room room_of(session& s)
{
    long long most = 0, used = 0;
    s.sql() << "SELECT CAST(current_setting('max_connections') AS bigint) - "
               "CAST(current_setting('superuser_reserved_connections') AS bigint), "
               "(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')",
        soci::into(most), soci::into(used);
    return {static_cast<std::uint64_t>(std::max(most, 0LL)), static_cast<std::uint64_t>(used)};
}

// None of these reads more than a few rows.
std::optional<core::precise_timestamp> newest_time(session& s, const std::vector<signing_key_row>& keys)
{
    std::optional<core::precise_timestamp> newest;
    for (const auto& k : keys) newest = newest ? std::max(*newest, k.created) : k.created;
    for (const char* const query : {"SELECT time FROM watchword_audit ORDER BY id DESC LIMIT 1",
                                    "SELECT created FROM watchword_idempotency ORDER BY number DESC LIMIT 1"}) {
        long long found = 0;
        soci::statement statement = (s.sql().prepare << query, soci::into(found));
        if (!fetch_one(statement)) continue;
        newest = newest ? std::max(*newest, from_stored(found)) : from_stored(found);
    }
    return newest;
}

void look_into_tables(session& s, std::string_view role, inspection& found)
{
    found.keys = list_signing_keys(s);
    found.newest = newest_time(s, found.keys);
    found.has_role_holder = is_role_held(s, role, before_all_users);
}

} // namespace

inspection inspect_database(const database_settings& settings, std::string_view role)
try {
    const auto opened = open_untouched(settings);
    const auto reader = opened->connect(access::read);
    inspection found;
    found.product = product_of(*reader);
    if (reader->kind() == dialect::postgresql) found.room = room_of(*reader);
    const auto known = migrations_for(reader->kind());
    found.known = known.size();
    try {
        found.applied = static_cast<std::size_t>(schema_version(*reader, known));
        found.has_users = reader->has_table("user");
        if (found.has_users) check_user_table(*reader);
    } catch (const soci::soci_error&) {
        throw;
    } catch (const std::runtime_error& e) {
        found.schema_problem = e.what();
    }
    if (found.is_current() && found.schema_problem.empty()) look_into_tables(*reader, role, found);
    return found;
} catch (const soci::soci_error& e) {
    throw std::runtime_error("the database cannot be read: " + describe(e));
}

} // namespace watchword::store
