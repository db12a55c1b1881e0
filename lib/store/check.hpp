#pragma once

#include "store/database.hpp"
#include "store/watcher.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace watchword::store {

// What was found in a database.
struct findings {
    std::vector<std::string> problems; // a line each; many of one kind are counted, not listed
    int schema_version = 0;            // 0: not migrated yet, as Flask left it
    int known_version = 0;             // what this program would migrate it to
    std::uint64_t users = 0, rows = 0; // of all tables, as far as they could be read
    std::uint64_t bytes = 0;
};

// Reads all of a database, beside a server that uses it or without one, and changes nothing.
// SQLite: structure, indexes against tables, foreign keys. PostgreSQL: every row, whether the indexes are valid, and
// whether the server keeps what it commits. Both: the schema against this program's.
// Throws std::runtime_error for the operator if the database cannot be opened; `stopped`.
findings check_database(const database_settings&, watcher&);

} // namespace watchword::store
