#include "store/copy_reader.hpp"

#include "store/copy_postgresql.hpp"

namespace watchword::store {

std::string only_with_parent(const copied_table& t)
{
    if (t.parent.empty()) return {};
    return " WHERE EXISTS (SELECT 1 FROM " + quoted(t.parent) + " AS parent WHERE parent.id = " + quoted(t.name) + "." +
           quoted(t.columns[t.reference].name) + ")";
}

std::unique_ptr<row_reader> read_rows(session& s, const copied_table& t)
{
    if (s.kind() == dialect::sqlite) return read_sqlite_rows(s, t);
    return read_postgresql_rows(s, t);
}

std::uint64_t count_rows(session& s, const copied_table& t)
{
    long long count = 0;
    s.sql() << "SELECT count(*) FROM " + quoted(t.name) + only_with_parent(t), soci::into(count);
    return static_cast<std::uint64_t>(count);
}

void begin_long_reading(session& s)
{
    if (s.kind() == dialect::sqlite) return s.begin();
    run(postgresql_handle(s),
        "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; "
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        PGRES_COMMAND_OK);
}

int socket_of(session& s)
{
    return s.kind() == dialect::postgresql ? ::PQsocket(postgresql_handle(s)) : -1;
}

} // namespace watchword::store
