#include "store/database_checks.hpp"
#include "store/migrations.hpp"
#include "store/users.hpp"

#include <limits>

namespace watchword::store {
namespace {

using texts = std::vector<std::string>;

texts rows_of(session& s, const std::string& query)
{
    texts all;
    std::string value;
    soci::statement statement = (s.sql().prepare << query, soci::into(value));
    statement.execute();
    while (statement.fetch()) all.push_back(value);
    return all;
}

// What a server that is configured so may lose though it was committed.
void check_durability(session& s, findings& f)
{
    // reset_val: what holds for connections that do not choose for themselves.
    for (const auto& name : rows_of(s, "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', "
                                       "'synchronous_commit') AND reset_val = 'off' ORDER BY name"))
        f.problems.push_back("server: " + name + " is off: a crash of its machine can " +
                             (name == "synchronous_commit" ? "lose what was committed last" : "destroy the database"));
}

// Ours: the user table, and those that begin with watchword_.
constexpr std::string_view own_tables =
    "SELECT oid FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = "
    "current_schema()::regnamespace AND (relname = 'user' OR relname LIKE 'watchword\\_%')";

void check_indexes(session& s, findings& f)
{
    for (const auto& name :
         rows_of(s, "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid IN (" + std::string(own_tables) +
                        ") AND NOT (indisvalid AND indisready AND indislive)"))
        f.problems.push_back("indexes: " + name + " is not valid: REINDEX it");
}

// The word behind the first `what` at or after `at`, which moves on; empty if there is none.
std::string next_name(std::string_view sql, std::string_view what, std::size_t& at)
{
    at = sql.find(what, at);
    if (at == sql.npos) return {};
    at += what.size();
    for (const std::string_view skipped : {"IF NOT EXISTS "})
        if (sql.substr(at).starts_with(skipped)) at += skipped.size();
    const auto end = sql.find_first_of(" (", at);
    std::string name(sql.substr(at, end - at));
    std::erase(name, '"');
    return name;
}

// Tables and indexes that the applied migrations made must be there.
void check_objects(session& s, findings& f)
{
    const auto there = rows_of(s, "SELECT relname::text FROM pg_class WHERE relnamespace = "
                                  "current_schema()::regnamespace ORDER BY relname COLLATE \"C\"");
    const auto known = migrations_for(dialect::postgresql);
    for (const auto& m : known.first(static_cast<std::size_t>(f.schema_version)))
        for (const std::string what : {"TABLE", "INDEX", "UNIQUE INDEX"})
            for (std::size_t at = 0; at != m.sql.npos;) {
                const auto name = next_name(m.sql, "CREATE " + what + " ", at);
                if (!name.empty() && !std::binary_search(there.begin(), there.end(), name))
                    f.problems.push_back("schema: " + name + " is missing");
            }
}

// Casting a row to text makes the server fetch every value of it; only the sum of their lengths is sent.
void read_users(session& s, findings& f, watcher& w)
{
    long long expected = 0, last = before_all_users, count = 0, bytes = 0;
    s.sql() << "SELECT GREATEST(reltuples, 0)::bigint FROM pg_class WHERE oid = '\"user\"'::regclass",
        soci::into(expected);
    w.begin("reading users", watcher::unit::rows, static_cast<std::uint64_t>(expected));
    soci::statement page =
        (s.sql().prepare << "SELECT COALESCE(max(id), 0), count(*), COALESCE(sum(length(u::text)), 0)"
                            "::bigint FROM (SELECT * FROM \"user\" WHERE id > CAST(:after AS bigint) "
                            "ORDER BY id LIMIT 10000) AS u",
         soci::use(last, "after"), soci::into(last), soci::into(count), soci::into(bytes));
    do { // NOLINT(bugprone-infinite-loop): the statement writes `count`
        w.throw_if_stopped();
        fetch_one(page);
        f.users += static_cast<std::uint64_t>(count);
        f.bytes += static_cast<std::uint64_t>(bytes);
        w.advance(f.users);
    } while (count != 0);
    f.rows += f.users;
}

// The others are small, or no bigger than that one.
void read_others(session& s, findings& f, watcher& w)
{
    w.begin("reading other tables", watcher::unit::unknown, 0);
    s.execute("SET LOCAL statement_timeout = 0");
    for (const auto& name : rows_of(s, "SELECT oid::regclass::text FROM (" + std::string(own_tables) +
                                           ") AS t "
                                           "WHERE oid <> '\"user\"'::regclass")) {
        w.throw_if_stopped();
        long long count = 0, bytes = 0;
        s.sql() << "SELECT count(*), COALESCE(sum(length(t::text)), 0)::bigint FROM " + name + " AS t",
            soci::into(count), soci::into(bytes);
        f.rows += static_cast<std::uint64_t>(count);
        f.bytes += static_cast<std::uint64_t>(bytes);
    }
}

} // namespace

// After an error the transaction is lost: what follows must begin another.
void check_postgresql(session& s, findings& f, watcher& w)
{
    const auto attempt_alone = [&](std::string_view doing, const std::function<void()>& check) {
        run_check(f, w, doing, check);
        if (!s.is_usable()) throw soci::soci_error("the connection was lost");
        s.rollback();
        s.begin();
    };
    attempt_alone("server", [&] { check_durability(s, f); });
    const auto known = migrations_for(dialect::postgresql);
    f.known_version = static_cast<int>(known.size());
    attempt_alone("schema", [&] { f.schema_version = schema_version(s, known); });
    attempt_alone("user table", [&] { check_user_table(s); });
    attempt_alone("indexes", [&] { check_indexes(s, f); });
    attempt_alone("schema", [&] { check_objects(s, f); });
    attempt_alone("reading users", [&] { read_users(s, f, w); });
    attempt_alone("reading other tables", [&] { read_others(s, f, w); });
}

} // namespace watchword::store
