#pragma once

#include "store/check.hpp"
#include "store/session.hpp"

#include <filesystem>
#include <functional>
#include <string_view>

// What check_database consists of; restore and backup use parts of it.
namespace watchword::store {

// Runs a check; that it failed is a problem too. Throws only `stopped`.
void run_check(findings&, watcher&, std::string_view doing, const std::function<void()>& check);

enum class depth {
    structure, // whether it is whole, and this program could work with it
    everything // also what a server can live without: indexes that are missing, rows whose owner is gone
};
// A transaction on a SQLite database must be open.
void check_sqlite(session&, depth, findings&, watcher&);

// The same for a file that nobody else uses. Throws what the operator should know if it cannot be opened.
findings check_sqlite_file(const std::filesystem::path&, depth, watcher&);

// A transaction on a PostgreSQL database must be open.
void check_postgresql(session&, findings&, watcher&);

} // namespace watchword::store
