#pragma once

#include "store/database.hpp"

#include <cstddef>
#include <string>
#include <vector>

// What version a database's schema has, for those who administer it.
namespace watchword::store {

struct schema_state {
    std::vector<std::string> known; // this program's migrations, in order
    std::size_t applied = 0;        // the first so many of them
    bool has_users = false;         // the user table is there, Watchword's own or one to be adopted
};

// Looks without changing anything; a server may be running on the database.
// Throws std::runtime_error for the operator, too if the schema is newer than this program's or not its own.
schema_state read_schema(const database_settings&);

// Brings it to the last version, as the start of a server does; creates what does not exist. Throws as read_schema,
// and if a server is running on a SQLite file.
schema_state update_schema(const database_settings&);

} // namespace watchword::store
