#include "copy_fixture.hpp"

#include "store/open.hpp"
#include "store/schema.hpp"
#include "store/session.hpp"

#include <stdexcept>

namespace watchword::store {
namespace {

std::string column_in_hex(dialect d, const std::string& column)
{
    const auto hex =
        d == dialect::sqlite ? "hex(" + column + ")" : "upper(encode(convert_to(" + column + ", 'UTF8'), 'hex'))";
    return "CASE WHEN " + column + " IS NULL THEN 'NULL' ELSE " + hex + " END";
}

} // namespace

std::string copy_witness::complaints() const
{
    std::string all;
    for (const auto& r : rows) all += r.table + " " + r.key + " " + r.column + ": " + r.reason + "\n";
    return all;
}

migrated_database::migrated_database(const std::string& kind) : empty_database(kind)
{
    update_schema(settings());
}

void execute(const database_settings& s, const std::string& statements)
{
    open_backend(s)->connect(access::write)->execute(statements);
}

std::string ask(const database_settings& s, const std::string& query)
{
    std::string answer;
    open_backend_for_reading(s)->connect(access::read)->sql() << query, soci::into(answer);
    return answer;
}

std::string dump_users(const database_settings& s)
{
    const auto opened = open_backend_for_reading(s);
    const auto reader = opened->connect(access::read);
    std::string line, all, columns = "CAST(id AS text)";
    for (const std::string column : {"public_id", "name", "email", "password"})
        columns += " || '|' || " + column_in_hex(opened->kind(), column);
    soci::statement rows =
        (reader->sql().prepare << "SELECT " + columns + " FROM \"user\" ORDER BY id", soci::into(line));
    rows.execute();
    while (rows.fetch()) all += line + "\n";
    return all;
}

bool is_empty(const database_settings& s)
{
    if (s.url.starts_with("sqlite:") && !std::filesystem::exists(s.url.substr(7))) return true;
    const auto reader = open_backend_for_reading(s)->connect(access::read);
    if (!reader->has_table("user")) return true;
    int count = -1;
    reader->sql() << "SELECT count(*) FROM \"user\"", soci::into(count);
    return count == 0;
}

void add_users(const database_settings& s, int count)
{
    const bool sqlite = s.url.starts_with("sqlite:");
    const std::string numbers =
        sqlite
            ? "WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < " + std::to_string(count) + ") "
            : "WITH g AS (SELECT * FROM generate_series(1, " + std::to_string(count) + ") AS n) ";
    execute(s, numbers + "INSERT INTO \"user\" (id, public_id, name, email, password) SELECT n, 'id-' || n, "
                         "CASE n % 3 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'Žofie \t\\N ' || n END, "
                         "'user' || n || '@example.test', 'hash-' || n FROM g");
}

copy_report copy(const database_settings& from, const database_settings& to, copy_witness& w, bool skip_unusable)
{
    return copy_database({from, to, skip_unusable}, w, w);
}

copy_report copy(const database_settings& from, const database_settings& to)
{
    copy_witness w;
    return copy(from, to, w);
}

std::string refusal_of_copy(const database_settings& from, const database_settings& to, copy_witness& w)
{
    try {
        copy(from, to, w);
    } catch (const std::runtime_error& e) {
        return e.what();
    }
    return {};
}

std::string refusal_of_copy(const database_settings& from, const database_settings& to)
{
    copy_witness w;
    return refusal_of_copy(from, to, w);
}

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != text.npos;
}

} // namespace watchword::store
