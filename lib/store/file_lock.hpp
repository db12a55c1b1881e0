#pragma once

#include <filesystem>
#include <sys/types.h>
#include <utility>

namespace watchword::store {

// Holds a database file for one owner: flock(2) keeps other processes out, a list other owners in this process.
// Creates the file with mode 0600 if there is none. Once it is constructed, the name leads to the file that is locked.
// Throws std::runtime_error for the operator.
//
// It must outlive every SQLite connection to the file. SQLite locks with fcntl(2), and a process loses all such locks
// on a file when it closes any descriptor of it: therefore, too, a second owner is refused before the file is opened.
class file_lock {
public:
    explicit file_lock(const std::filesystem::path&);
    ~file_lock();
    file_lock(const file_lock&) = delete;
    file_lock& operator=(const file_lock&) = delete;

    // Whether somebody holds the file now, here or in another process; false if it cannot be told. To be asked before
    // this process has a connection to the file that no file_lock here covers.
    static bool is_held(const std::filesystem::path&) noexcept;

private:
    using file_id = std::pair<dev_t, ino_t>;

    int descriptor_ = -1;
    file_id id_{};
};

} // namespace watchword::store
