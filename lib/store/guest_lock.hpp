#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <sys/types.h>
#include <utility>

namespace watchword::store {

// Lets a command write to a database file beside the server that owns it (file_lock). SQLite before 3.51.3 can lose
// commits if one connection writes while another checkpoints: guests never checkpoint, and the owner does while no
// guest is in a transaction.
//
// It must outlive every SQLite connection to the file, as file_lock. One thread.
class guest_lock {
public:
    // Null if nobody owns the file: then whoever asks may. Throws std::runtime_error for the operator: the owner lets
    // nobody in, as it migrates or replaces the database, or does not within the time; this process has the file open.
    static std::unique_ptr<guest_lock> join(const std::filesystem::path&, std::chrono::milliseconds patience);
    ~guest_lock();
    guest_lock(const guest_lock&) = delete;
    guest_lock& operator=(const guest_lock&) = delete;

    // Around each transaction that writes. Throws std::runtime_error if the owner checkpoints for longer than that.
    void begin_write(std::chrono::milliseconds patience);
    void end_write() noexcept;

    // Waits until the owner has looked for changes, and drawn its consequences, after this was called. False: it has
    // not within that time. True, too, if there is no owner any more: the next one begins with what it finds.
    bool await_look(std::chrono::milliseconds limit) const;

private:
    using file_id = std::pair<dev_t, ino_t>;

    guest_lock(int descriptor, file_id);

    const int descriptor_;
    const file_id id_;
};

} // namespace watchword::store
