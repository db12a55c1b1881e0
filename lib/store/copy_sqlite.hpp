#pragma once

#include "store/session.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include <memory>
#include <string>

// SQLite itself, for what SOCI has no words for or is too slow for.
namespace watchword::store {

struct finalize {
    void operator()(sqlite_api::sqlite3_stmt* s) const noexcept { sqlite_api::sqlite3_finalize(s); }
};
struct close_handle {
    void operator()(sqlite_api::sqlite3* h) const noexcept { sqlite_api::sqlite3_close(h); }
};
using sqlite_connection = std::unique_ptr<sqlite_api::sqlite3, close_handle>;
using sqlite_statement = std::unique_ptr<sqlite_api::sqlite3_stmt, finalize>;

inline sqlite_api::sqlite3* sqlite_handle(session& s)
{
    return static_cast<soci::sqlite3_session_backend*>(s.sql().get_backend())->conn_;
}

[[noreturn]] inline void fail(sqlite_api::sqlite3* handle)
{
    throw soci::sqlite3_soci_error(sqlite_api::sqlite3_errmsg(handle), sqlite_api::sqlite3_extended_errcode(handle));
}

inline void execute(sqlite_api::sqlite3* handle, const std::string& statements)
{
    if (sqlite_api::sqlite3_exec(handle, statements.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(handle);
}

inline sqlite_statement prepare(sqlite_api::sqlite3* handle, const std::string& sql)
{
    sqlite_api::sqlite3_stmt* prepared = nullptr;
    if (sqlite_api::sqlite3_prepare_v2(handle, sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK) fail(handle);
    return sqlite_statement(prepared);
}

} // namespace watchword::store
