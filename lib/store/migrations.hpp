#pragma once

#include "store/session.hpp"

#include <span>
#include <string_view>

namespace watchword::store {

// One numbered step of the schema: migrations/<dialect>/NNNN_<name>.sql, embedded when the library is built.
// Once released, a file is never changed: databases remember its checksum.
struct migration {
    int version; // 1, 2, 3 …
    std::string_view name;
    std::string_view sql; // any number of statements, none of them BEGIN or COMMIT
};

std::span<const migration> migrations_for(dialect) noexcept;

// Brings the database to the last of `known`, one transaction for each step; a step that was interrupted leaves
// nothing behind. Several processes may do this to one PostgreSQL database at once.
// Throws std::runtime_error, having changed nothing, if the database is newer than `known`, or was migrated by other
// files than these; soci::soci_error if the database fails.
void migrate(session& writer, std::span<const migration> known);

// How many of `known` were applied, which is the version of the last; 0 for a database that was never migrated. Changes
// nothing. Throws std::runtime_error as migrate() does.
int schema_version(session&, std::span<const migration> known);

// For who may not migrate, because a server is running on the database. Throws std::runtime_error, for the operator,
// unless all of this program's migrations were applied, and no others.
void require_last_schema(session&);

// Throws std::runtime_error unless the user table (which may have been there before us) has the tutorial's columns
// and unique keys, on which correctness depends.
void check_user_table(session&);

} // namespace watchword::store
