#pragma once

#include "store/session.hpp"

#include <chrono>
#include <filesystem>
#include <memory>

namespace watchword::store {

// When the write-ahead log is copied into the file, in pages.
struct checkpoint_settings {
    int every = 1000; // so much of it that is new
    // At this size the log is begun anew, for which readers of older states are given a moment to finish: without that
    // it grows for ever if there is always one. Every 4 MiB more it is tried again.
    int restart = 16'384;
};

// Opens a SQLite file for this process alone (among Watchword's processes), creating it with mode 0600 if need be.
// Of its sessions, only one with access::write may be open at a time (another is refused as std::logic_error); it
// alone checkpoints, while nobody writes, which the WAL-reset bug of SQLite before 3.51.3 demands. Close it last.
// Nobody else writes until guests are admitted.
// Throws std::runtime_error for the operator.
std::unique_ptr<backend> open_sqlite(const std::filesystem::path& file, std::chrono::milliseconds timeout,
                                     const checkpoint_settings& = {});

// The same if nobody has the file open; else as a guest of its owner, beside it: see guest_lock. Then nothing is
// checkpointed. Throws std::runtime_error for the operator, too if the owner lets nobody in within the timeout.
std::unique_ptr<backend> open_sqlite_beside_owner(const std::filesystem::path& file, std::chrono::milliseconds timeout);

// Opens an existing file without that lock: for sessions with access::read beside whoever holds it, or for a file that
// nobody else knows of. Throws std::runtime_error for the operator.
std::unique_ptr<backend> open_sqlite_unlocked(const std::filesystem::path& file, std::chrono::milliseconds timeout);

// The same for a file without a write-ahead log that nobody writes to: SQLite makes no file beside it, as it would to
// read otherwise. What is read while somebody writes after all may be nonsense.
std::unique_ptr<backend> open_sqlite_at_rest(const std::filesystem::path& file, std::chrono::milliseconds timeout);

} // namespace watchword::store
