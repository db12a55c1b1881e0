#pragma once

#include "store/database.hpp"
#include "store/watcher.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

// Moves a whole Watchword database into another one, on the same engine or from one to the other.
namespace watchword::store {

struct copy_settings {
    database_settings from, to;
    bool skip_unusable = false; // leave out what the target cannot hold, rather than copy nothing
};

// A row that the target cannot hold as it is.
struct unusable_row {
    std::string table, key; // the key as one line
    std::string column;     // empty: the whole row
    std::string reason;     // "it is not UTF-8"
};

// Whoever waits for a copy.
class copy_watcher {
public:
    // As it is told to the operator; a copy may have millions of them.
    virtual void unusable(const unusable_row&) = 0;
    virtual void warn(const std::string& text) = 0;

protected:
    ~copy_watcher() = default;
};

struct copied_table_report {
    std::string name;
    std::uint64_t copied = 0, left_out = 0, found = 0; // rows read and taken; read and not taken; read back
    std::string sent{}, received{};                    // the checksums of copied and found: see row_checksum

    bool is_same() const { return copied == found && sent == received; }
};

struct copy_report {
    std::vector<copied_table_report> tables;
    std::uint64_t left_out() const;
    bool is_same() const;
};

// Thrown when rows are unusable and were not to be left out.
struct copy_refused : std::runtime_error {
    explicit copy_refused(std::uint64_t rows);
};

// Reads the source in one snapshot and changes nothing there; a server may be running on it, and what it writes from
// then on is not copied. The target must have no users; it is locked, and its schema brought up to date. Then all
// tables are filled, read back and compared. All or nothing: if the report says that they differ, and after any
// exception, the target has no rows; only if the connection to a server breaks while the end is made durable, the copy
// may be there, as a whole. Memory does not grow with the tables.
// Throws std::runtime_error for the operator (never with a password), copy_refused, `stopped`.
copy_report copy_database(const copy_settings&, copy_watcher&, watcher&);

} // namespace watchword::store
