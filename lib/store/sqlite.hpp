#pragma once

#include "store/session.hpp"

#include <chrono>
#include <filesystem>
#include <memory>

namespace watchword::store {

// Opens a SQLite file for this process alone (among Watchword's processes), creating it with mode 0600 if need be.
// Of its sessions, only one with access::write may be open at a time; it alone writes and checkpoints, which the
// WAL-reset bug of SQLite before 3.51.3 demands. Close it last. Throws std::runtime_error for the operator.
std::unique_ptr<backend> open_sqlite(const std::filesystem::path& file, std::chrono::milliseconds timeout);

} // namespace watchword::store
