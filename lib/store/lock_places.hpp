#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <sys/stat.h>
#include <sys/types.h>
#include <utility>

// What file_lock and guest_lock have in common: the bytes by which they know each other, and the files that this
// process has open.
namespace watchword::store::lock_places {

// Far behind any database, which is at most 2^48 bytes.
inline constexpr off_t guests = off_t(1) << 62; // shared: by each guest; exclusive: by an owner that wants none
inline constexpr off_t gate = guests + 2;       // shared: by a guest that begins a transaction; exclusive: it must wait
inline constexpr off_t writing = guests + 1;    // shared: by guests in a transaction; exclusive: for a checkpoint
// The owner has locked the byte of the phase that it is in, or for a moment two of them.
inline constexpr off_t phases = guests + (off_t(1) << 32), phase_count = off_t(1) << 60;

using file_id = std::pair<dev_t, ino_t>;

inline file_id id_of(const struct stat& status)
{
    return {status.st_dev, status.st_ino};
}

// What fcntl's locks are bound to is the process, so this is too.
struct held_files {
    std::mutex mutex;
    std::set<file_id> ids; // guarded by mutex
};
held_files& held();

// With the mutex locked. Before anything is opened: to close it would cost the other owner his locks.
void refuse_if_held(const std::filesystem::path&);
[[noreturn]] void refuse(const std::filesystem::path&, const std::string& reason);
std::string why(int code);

} // namespace watchword::store::lock_places
