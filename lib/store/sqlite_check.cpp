#include "store/database_checks.hpp"
#include "store/failure.hpp"
#include "store/migrations.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>
#include <tuple>

namespace watchword::store {
namespace {

constexpr std::size_t most_of_one_kind = 20;

using texts = std::vector<std::string>;

sqlite_api::sqlite3* handle_of(soci::session& sql)
{
    return static_cast<soci::sqlite3_session_backend*>(sql.get_backend())->conn_;
}

void check_structure(session& s, findings& f)
{
    std::string line;
    soci::statement statement =
        (s.sql().prepare << "PRAGMA integrity_check(" + std::to_string(most_of_one_kind) + ")", soci::into(line));
    statement.execute();
    while (statement.fetch())
        if (line != "ok") f.problems.push_back("structure: " + line);
}

std::string orphans(long long count, const std::string& table, const std::string& parent)
{
    return "foreign keys: " + std::to_string(count) + " rows of " + table + " belong to a row of " + parent +
           " that is not there";
}

void check_foreign_keys(session& s, findings& f)
{
    std::string table, parent;
    long long count = 0;
    soci::statement statement =
        (s.sql().prepare << "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2",
         soci::into(table), soci::into(parent), soci::into(count));
    statement.execute();
    while (statement.fetch()) f.problems.push_back(orphans(count, table, parent));
}

struct schema_object {
    std::string type, name, sql;
    bool operator<(const schema_object& o) const { return std::tie(type, name, sql) < std::tie(o.type, o.name, o.sql); }
};

// Tables and indexes of ours; the user table may have been there before us.
std::vector<schema_object> own_objects(soci::session& sql)
{
    std::vector<schema_object> all;
    schema_object row;
    soci::statement statement = (sql.prepare << "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND "
                                                "NOT (type = 'table' AND name = 'user') ORDER BY type, name, sql",
                                 soci::into(row.type), soci::into(row.name), soci::into(row.sql));
    statement.execute();
    while (statement.fetch()) all.push_back(row);
    return all;
}

// What the applied migrations make of an empty database must be in this one.
void check_objects(session& s, findings& f)
{
    soci::session model(soci::sqlite3, "dbname=:memory:");
    const auto known = migrations_for(dialect::sqlite);
    for (const auto& m : known.first(static_cast<std::size_t>(f.schema_version))) {
        const std::string sql(m.sql);
        const int code = sqlite_api::sqlite3_exec(handle_of(model), sql.c_str(), nullptr, nullptr, nullptr);
        if (code != SQLITE_OK) throw soci::sqlite3_soci_error(sqlite_api::sqlite3_errmsg(handle_of(model)), code);
    }
    const auto there = own_objects(s.sql());
    for (const auto& expected : own_objects(model)) {
        if (std::binary_search(there.begin(), there.end(), expected)) continue;
        const bool named = std::any_of(there.begin(), there.end(), [&](const auto& o) {
            return o.type == expected.type && o.name == expected.name;
        });
        f.problems.push_back("schema: the " + expected.type + " " + expected.name +
                             (named ? " is not as it was made" : " is missing"));
    }
}

texts table_names(session& s)
{
    texts all;
    std::string name;
    soci::statement statement =
        (s.sql().prepare << "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 ORDER BY name",
         soci::into(name));
    statement.execute();
    while (statement.fetch()) all.push_back(name);
    return all;
}

void count_rows(session& s, findings& f)
{
    for (const auto& name : table_names(s)) {
        std::string quoted = name;
        for (std::size_t at = 0; (at = quoted.find('"', at)) != quoted.npos; at += 2) quoted.insert(at, 1, '"');
        long long count = 0;
        s.sql() << "SELECT count(*) FROM \"" + quoted + "\"", soci::into(count);
        f.rows += static_cast<std::uint64_t>(count);
        if (name == "user") f.users = static_cast<std::uint64_t>(count);
    }
}

} // namespace

void check_sqlite(session& s, depth d, findings& f, watcher& w)
{
    auto* const handle = handle_of(s.sql());
    const watcher::interrupted_by_stop interrupt(w, [handle] { sqlite_api::sqlite3_interrupt(handle); });
    // That it cannot be read at all is for the caller to tell.
    long long bytes = 0;
    s.sql() << "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", soci::into(bytes);
    (void)s.has_table("user");
    f.bytes = static_cast<std::uint64_t>(bytes);
    const auto known = migrations_for(dialect::sqlite);
    f.known_version = static_cast<int>(known.size());
    run_check(f, w, "schema", [&] { f.schema_version = schema_version(s, known); });
    run_check(f, w, "user table", [&] { check_user_table(s); });
    w.begin("checking the structure", watcher::unit::unknown, 0);
    run_check(f, w, "structure", [&] { check_structure(s, f); });
    if (d == depth::everything) {
        run_check(f, w, "foreign keys", [&] { check_foreign_keys(s, f); });
        run_check(f, w, "schema", [&] { check_objects(s, f); });
    }
    w.begin("counting", watcher::unit::unknown, 0);
    run_check(f, w, "counting", [&] { count_rows(s, f); });
}

} // namespace watchword::store
