#pragma once

#include <optional>
#include <sys/types.h>

// Locks on single bytes of an open file, of the kind that belongs to the open file and not to the process (fcntl(2),
// "open file description locks"): two openings keep each other out in one process, too, and closing another descriptor
// of the file costs none of them. SQLite's own locks are of the other kind, and on other bytes.
namespace watchword::store {

enum class sharing { shared, exclusive };

// In place of what the same opening has on that byte. False: another's lock is in the way. Throws std::system_error.
bool try_lock_byte(int descriptor, off_t at, sharing);
void unlock_byte(int descriptor, off_t at) noexcept;
// The first of `count` bytes that another opening has locked; nothing if there is none, or it cannot be told.
std::optional<off_t> find_locked_byte(int descriptor, off_t from, off_t count) noexcept;

} // namespace watchword::store
