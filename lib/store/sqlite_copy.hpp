#pragma once

#include "store/watcher.hpp"

#include <chrono>
#include <filesystem>
#include <string>

namespace watchword::store {

// How a SQLite file is read.
enum class reading {
    shared,    // others may use it meanwhile, a running server too: nothing is written to it, and nothing checkpointed
    untouched, // nobody changes it meanwhile: no file appears beside it, and it may lie where nothing can be written
};

// Writes what one snapshot of the database `from` shows, with what its write-ahead log holds, into `to`: an empty file
// that nobody else uses. The result is a single file (its journal mode is DELETE), not synced. Writers on `from`
// neither wait nor disturb, but their log cannot be reset before this is done. Throws std::runtime_error for the
// operator; `stopped`.
void copy_sqlite(const std::filesystem::path& from, reading, const std::filesystem::path& to,
                 std::chrono::milliseconds timeout, watcher&);

// What to tell the operator about a SQLite result code (an extended one) of reading a file.
std::string explain_reading(const std::filesystem::path&, int code, const std::string& message);

} // namespace watchword::store
