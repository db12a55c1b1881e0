#pragma once

#include "store/watcher.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>

// A SQLite database as one file, and back. PostgreSQL has tools of its own for this. Both functions throw
// std::runtime_error for the operator and `stopped`; the file or database that they should have made is then as it was.
namespace watchword::store {

struct backup_result {
    std::uint64_t users = 0, bytes = 0;
};

struct backup_request {
    std::filesystem::path database;
    std::filesystem::path file;
    bool replace = false; // a file that is there
    std::chrono::milliseconds timeout{5000};
};

// Writes what one moment's snapshot of the database holds into a file of its own, beside a server that uses it or
// without one. The file appears when it is whole, checked and durable; only its owner can read it. A database that is
// damaged is not backed up.
backup_result back_up(const backup_request&, watcher&);

struct restore_request {
    std::filesystem::path file; // a backup, or any other database of Watchword or of the tutorial
    std::filesystem::path database;
    bool replace = false;  // a database that is there
    std::string kept_mark; // the old one is kept as DATABASE.before-restore-MARK
    std::chrono::milliseconds timeout{5000};
};

struct restore_result : backup_result {
    std::optional<std::filesystem::path> kept; // what was there before
};

// Puts what a backup holds in place of the database, which no Watchword may use meanwhile: refused, and the start of
// one is refused, until it is done. If the program or the machine dies, what was there is there whole, or what is new.
restore_result restore(const restore_request&, watcher&);

} // namespace watchword::store
