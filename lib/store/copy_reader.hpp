#pragma once

#include "store/copy_tables.hpp"
#include "store/session.hpp"

#include <cstdint>
#include <memory>

// Whole tables, row by row, in memory that does not grow with them. All of it throws soci::soci_error.
namespace watchword::store {

// One thread. The session and the table must outlive it, and its transaction must stay open.
class row_reader {
public:
    virtual ~row_reader() = default;
    // The next row by its key, or false. Its texts live until the next call.
    virtual bool next(stored_row&) = 0;
};

// The table's rows within the open transaction, but for those whose parent is not there: SQLite leaves such behind when
// a program that does not ask for foreign keys deletes the parent.
std::unique_ptr<row_reader> read_rows(session&, const copied_table&);
// How many these are.
std::uint64_t count_rows(session&, const copied_table&);

// Begins a transaction that reads one snapshot and may take as long as it takes, as no other of a session may. Within
// it, session::execute would set a bound again.
void begin_long_reading(session&);

// The socket of a connection to a server, or -1. Who shuts it down ends whatever waits for the server.
int socket_of(session&);

// " WHERE EXISTS (…)" for a table that has a parent.
std::string only_with_parent(const copied_table&);

std::unique_ptr<row_reader> read_sqlite_rows(session&, const copied_table&);
std::unique_ptr<row_reader> read_postgresql_rows(session&, const copied_table&);

} // namespace watchword::store
