// All users from one database into another by the bare interfaces: SQLite's prepared statements, libpq's COPY; one
// transaction, nothing checked. The schema must be there on both sides, the target be empty. Prints JSON.
//   store_copy SQLITE_URL POSTGRESQL_URL    or the other way round
#include "raw/postgresql.hpp"
#include "raw/sqlite.hpp"
#include "storage/measuring.hpp"

#include <array>
#include <stdexcept>

namespace {

using namespace watchword;
using namespace watchword::storage;

constexpr std::size_t copy_bytes = 64 * 1024;
constexpr int columns = 5;

bool is_sqlite(const std::string& url)
{
    return url.starts_with("sqlite:");
}

std::string file_of(const std::string& url)
{
    return url.substr(url.find(':') + 1);
}

// Made users have none of what COPY's text format escapes.
void check_plain(std::string_view text)
{
    if (text.find_first_of("\\\t\n\r") != text.npos) throw std::runtime_error("a value needs escapes");
}

std::uint64_t copy_to_postgresql(const std::string& from, const std::string& to)
{
    raw::sqlite_file source(file_of(from));
    raw::sqlite_statement rows(source, "SELECT id, public_id, name, email, password FROM user ORDER BY id");
    raw::postgresql_connection target(to);
    target.execute("BEGIN; ALTER TABLE \"user\" DISABLE TRIGGER USER");
    target.begin_copy_in("COPY \"user\" (id, public_id, name, email, password) FROM STDIN");
    std::uint64_t count = 0;
    std::string lines;
    for (; rows.step(); ++count) {
        for (int column = 0; column < columns; ++column) {
            const auto text = rows.text(column);
            check_plain(text);
            lines.append(text).append(column + 1 < columns ? "\t" : "\n");
        }
        if (lines.size() < copy_bytes) continue;
        target.copy_in(lines);
        lines.clear();
    }
    if (!lines.empty()) target.copy_in(lines);
    target.end_copy_in();
    target.execute("ALTER TABLE \"user\" ENABLE TRIGGER USER; COMMIT");
    return count;
}

std::array<std::string_view, columns> split(std::string_view line)
{
    if (line.find('\\') != line.npos || !line.ends_with('\n')) throw std::runtime_error("a value needs escapes");
    line.remove_suffix(1);
    std::array<std::string_view, columns> fields;
    for (auto& field : fields) {
        const auto tab = std::min(line.find('\t'), line.size());
        field = line.substr(0, tab);
        line.remove_prefix(std::min(tab + 1, line.size()));
    }
    return fields;
}

std::uint64_t copy_to_sqlite(const std::string& from, const std::string& to)
{
    raw::postgresql_connection source(from);
    source.begin_copy_out("COPY (SELECT id, public_id, name, email, password FROM \"user\" ORDER BY id) TO STDOUT");
    raw::sqlite_file target(file_of(to));
    target.execute("PRAGMA synchronous = FULL; PRAGMA cache_size = -524288; BEGIN");
    raw::sqlite_statement add(target, "INSERT INTO user (id, public_id, name, email, password) VALUES (?, ?, ?, ?, ?)");
    std::uint64_t count = 0;
    for (std::string line; source.copy_out(line); ++count) {
        const auto fields = split(line);
        for (int i = 0; i < columns; ++i) add.bind(i + 1, fields[static_cast<std::size_t>(i)]);
        add.run();
    }
    target.execute("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    return count;
}

boost::json::object measure(int argc, char** argv)
{
    if (argc != 3 || is_sqlite(argv[1]) == is_sqlite(argv[2]))
        throw std::runtime_error("usage: store_copy FROM TO, one of them sqlite:FILE, the other postgresql://…");
    const auto begin = steady_clock::now();
    const auto count = is_sqlite(argv[1]) ? copy_to_postgresql(argv[1], argv[2]) : copy_to_sqlite(argv[1], argv[2]);
    return {{"rows", count}, {"seconds", seconds_between(begin, steady_clock::now())}};
}

} // namespace

int main(int argc, char** argv)
{
    return print("store_copy", measure, argc, argv);
}
