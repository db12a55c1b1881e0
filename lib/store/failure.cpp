#include "store/failure.hpp"

#include "core/log.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <exception>
#include <optional>

namespace watchword::store {
namespace {

std::optional<core::errc> refusal_of(const soci::soci_error& e)
{
    switch (sqlite_code(e)) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY: return core::errc::already_exists;
    case SQLITE_TOOBIG: return core::errc::too_large;
    }
    if (const auto* postgres = dynamic_cast<const soci::postgresql_soci_error*>(&e)) {
        const std::string state = postgres->sqlstate();
        if (state == "23505") return core::errc::already_exists; // unique_violation
        if (state == "54000") return core::errc::too_large;      // program_limit_exceeded: an index row
        if (state == "22021") return core::errc::invalid_input;  // character_not_in_repertoire
        if (state == "57014") return core::errc::timed_out;      // query_canceled: statement_timeout
    }
    return std::nullopt;
}

} // namespace

std::string describe(const soci::soci_error& e)
{
    std::string line;
    for (const char c : e.get_error_message()) {
        const bool space = c == '\n' || c == '\r' || c == '\t' || c == ' ';
        if (!space) {
            line += c;
        } else if (!line.empty() && line.back() != ' ') {
            line += ' ';
        }
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    return line;
}

int sqlite_code(const soci::soci_error& e) noexcept
{
    const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&e);
    return sqlite ? sqlite->result() : 0;
}

core::errc explain_failure(std::string_view doing) noexcept
try {
    try {
        throw;
    } catch (const soci::soci_error& e) {
        if (const auto refusal = refusal_of(e)) return *refusal;
        core::log::error("the database failed", {{"while", doing}, {"reason", describe(e)}});
    } catch (const std::exception& e) {
        core::log::error("a database job failed", {{"while", doing}, {"reason", e.what()}});
    } catch (...) {
        core::log::error("a database job failed", {{"while", doing}});
    }
    return core::errc::unavailable;
} catch (...) { // not even the log has memory
    return core::errc::unavailable;
}

} // namespace watchword::store
