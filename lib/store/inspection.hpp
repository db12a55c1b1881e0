#pragma once

#include "core/clock.hpp"
#include "store/database.hpp"
#include "store/signing_keys.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::store {

// How many connections a PostgreSQL server has for everybody.
struct connection_room {
    std::uint64_t most = 0; // that users who are no superusers may have
    std::uint64_t used = 0; // by anybody, this question's among them
};

// What a look into a database shows at once.
struct inspection {
    std::string product;                   // "PostgreSQL 15.8", "SQLite 3.40.1"
    std::optional<std::size_t> applied;    // migrations; nothing: see schema_problem
    std::size_t known = 0;                 // of this program
    bool has_users = false;                // the user table is there, Watchword's own or one to be adopted
    std::string schema_problem;            // the schema is newer than this program's, or not its own
    std::optional<connection_room> room{}; // PostgreSQL
    // Only where the schema is this program's last:
    std::optional<core::precise_timestamp> newest{}; // of the times that the server has written
    std::vector<signing_key_row> keys{};
    bool has_role_holder = false; // an enabled user has the role that was asked for

    bool is_current() const noexcept { return applied == known; }
    bool is_empty() const noexcept { return applied == 0U && !has_users && schema_problem.empty(); }
};

// Reads little, changes nothing and makes no files; a server may be running on the database. Takes
// database_settings::timeout and what libpq takes to connect, at most, for each of a few questions.
// Throws std::runtime_error for the operator if the database cannot be read; it never holds a password.
inspection inspect_database(const database_settings&, std::string_view role);

} // namespace watchword::store
