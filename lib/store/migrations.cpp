#include "store/migrations.hpp"

#include "store/failure.hpp"

#include <cstdint>
#include <stdexcept>
#include <vector>

namespace watchword::store {
namespace {

struct applied_migration {
    long long version;
    std::string checksum;
};

// FNV-1a, 64 bits: it is there for accidents, not against enemies.
std::string checksum_of(std::string_view text)
{
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3u;
    }
    std::string digits;
    for (int shift = 60; shift >= 0; shift -= 4) digits += "0123456789abcdef"[(hash >> shift) & 15];
    return digits;
}

std::vector<applied_migration> read_applied(session& s)
{
    std::vector<applied_migration> all;
    applied_migration row{};
    soci::statement statement =
        (s.sql().prepare << "SELECT version, checksum FROM watchword_migration ORDER BY version",
         soci::into(row.version), soci::into(row.checksum));
    statement.execute();
    while (statement.fetch()) all.push_back(row);
    return all;
}

void check_applied(const std::vector<applied_migration>& applied, std::span<const migration> known)
{
    for (std::size_t i = 0; i < applied.size(); ++i) {
        if (i >= known.size())
            throw std::runtime_error("the database's schema has version " + std::to_string(applied.back().version) +
                                     ", this program knows only " + std::to_string(known.size()) +
                                     ": use a newer Watchword");
        if (applied[i].version != known[i].version || applied[i].checksum != checksum_of(known[i].sql))
            throw std::runtime_error("the database's schema is not this program's: its migration " +
                                     std::to_string(applied[i].version) + " differs from " +
                                     std::string(known[i].name));
    }
}

void apply(session& s, const migration& m)
{
    try {
        s.execute(std::string(m.sql));
    } catch (const soci::soci_error& e) {
        throw std::runtime_error("migration " + std::string(m.name) + " failed: " + describe(e));
    }
    if (!s.in_transaction()) throw std::logic_error("a migration must not end its transaction");
    const std::string name(m.name), checksum = checksum_of(m.sql);
    s.sql() << "INSERT INTO watchword_migration (version, name, checksum) VALUES (:version, :name, :checksum)",
        soci::use(m.version), soci::use(name), soci::use(checksum);
}

// False if there was nothing left to do.
bool apply_next(session& s, std::span<const migration> known)
{
    s.lock_schema();
    if (!s.has_table("watchword_migration"))
        s.execute("CREATE TABLE watchword_migration (version INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                  "checksum TEXT NOT NULL, applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)");
    const auto applied = read_applied(s);
    check_applied(applied, known);
    if (applied.size() == known.size()) return false;
    apply(s, known[applied.size()]);
    return true;
}

} // namespace

void migrate(session& s, std::span<const migration> known)
{
    for (bool more = true; more;) {
        s.begin();
        try {
            more = apply_next(s, known);
            s.commit();
        } catch (...) {
            s.rollback();
            throw;
        }
    }
}

int schema_version(session& s, std::span<const migration> known)
{
    if (!s.has_table("watchword_migration")) return 0;
    const auto applied = read_applied(s);
    check_applied(applied, known);
    return static_cast<int>(applied.size());
}

void require_last_schema(session& s)
{
    const auto known = migrations_for(s.kind());
    const auto version = static_cast<std::size_t>(schema_version(s, known));
    if (version == known.size()) return;
    throw std::runtime_error("the database's schema is of an older version (" + std::to_string(version) + " of " +
                             std::to_string(known.size()) +
                             " steps) and a server is running on it: start the server anew with this version of "
                             "Watchword, or use the command of the server's");
}

void check_user_table(session& s)
{
    try {
        for (const std::string key : {"id", "email", "public_id"})
            s.execute("EXPLAIN INSERT INTO \"user\" (public_id, name, email, password) VALUES ('', '', '', '') "
                      "ON CONFLICT (" +
                      key + ") DO NOTHING RETURNING id");
    } catch (const soci::soci_error& e) {
        throw std::runtime_error("the table \"user\" of the database is not the tutorial's: " + describe(e));
    }
}

} // namespace watchword::store
