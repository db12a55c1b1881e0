#pragma once

#include <cstdint>
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
//
// An owner may admit guests (guest_lock.hpp): commands of other processes that write to the file beside it. What the
// two tell each other are locks on bytes far behind any database (byte_locks.hpp). One thread, but for is_held().
class file_lock {
public:
    // Guests of an owner that has gone are given a moment to finish.
    explicit file_lock(const std::filesystem::path&);
    ~file_lock();
    file_lock(const file_lock&) = delete;
    file_lock& operator=(const file_lock&) = delete;

    // Whether somebody holds the file now, here or in another process; false if it cannot be told. To be asked before
    // this process has a connection to the file that no file_lock here covers.
    static bool is_held(const std::filesystem::path&) noexcept;

    // Until then nobody else may write.
    void admit_guests() noexcept;
    // Between the two no guest is in a transaction: for checkpoints. False: one is, and no other begins one until this
    // was tried again with success, and ended; or just ended.
    bool try_pause_guests();
    void resume_guests() noexcept;
    // Before a transaction: lets a guest who waits to write have its turn. SQLite has no queue for that, and an owner
    // who writes all the time would leave a guest none.
    void give_way() noexcept;
    // Around each look for what others have committed, and its consequences: guests wait for one that has begun after
    // their commit (guest_lock::await_look).
    void begin_look() noexcept;
    void end_look() noexcept;

private:
    using file_id = std::pair<dev_t, ino_t>;

    void move_to_phase(std::int64_t) noexcept;

    int descriptor_ = -1;
    file_id id_{};
    std::int64_t phase_ = 0; // of looking: even while it does
};

} // namespace watchword::store
