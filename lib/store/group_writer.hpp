#pragma once

#include "core/workers.hpp"
#include "store/connection.hpp"
#include "store/database.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace watchword::store {

// The thread that writes. It takes every job that waits, runs each in a savepoint of one transaction, commits once,
// and then tells them all. A lone job does not wait for company: batches form while a commit is under way.
// Thread-safe. `changes` must outlive it, as must the I/O contexts of those who wait.
class group_writer {
public:
    group_writer(connection, std::size_t queue, change_counters& changes);
    // Finishes what is queued, then closes the connection.
    ~group_writer();

    // Once its work has run and is committed, its answer is executed; otherwise it is refused with the reason. Work
    // that returned an error is rolled back, and the answer is executed to tell it. All must live until then.
    void enqueue(queued_write&);
    // Takes it back if it still waits, and then tells nobody; false if it was taken into a batch. Of one that lives.
    bool withdraw(queued_write&);

    core::queue_statistics statistics() const;
    commit_statistics commits() const;

private:
    static constexpr std::size_t largest_batch = 256;
    static constexpr std::chrono::hours between_optimizations{6};

    void work();
    void take_waiting();
    // True if the batch was committed. Sets the failures.
    bool run_batch();
    void note_batch(bool committed, std::chrono::nanoseconds took);
    bool run_jobs(session&);
    bool run_one(session&, queued_write&, bool alone);
    void set_mark(session&);
    void tell();
    void tidy();
    void optimize();
    void look_for_foreign_changes();

    change_counters& changes_;
    connection connection_;                   // the thread's, as are the next two
    std::vector<queued_write*> batch_, late_; // no more than largest_batch together
    enum class mark {
        none,
        here,
        behind
    } mark_ = mark::none; // the savepoint: nothing has run since it was set, or has
    const std::size_t queue_limit_;

    mutable std::mutex mutex_; // guards everything below but thread_
    std::condition_variable wake_;
    boost::intrusive::list<queued_write> queue_;
    core::queue_statistics statistics_;
    commit_statistics commits_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace watchword::store
