#pragma once

#include "core/workers.hpp"
#include "store/connection.hpp"
#include "store/database.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
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

    // Once `work` has run and is committed, `answer` is executed; otherwise it is refused with the reason. Work that
    // returned an error is rolled back, and `answer` is executed to tell it. Both must live until then.
    void enqueue(database_work& work, core::job& answer);

    core::queue_statistics statistics() const;
    commit_statistics commits() const;

private:
    static constexpr std::size_t largest_batch = 256;
    static constexpr std::chrono::hours between_optimizations{6};

    struct entry {
        database_work* work;
        core::job* answer;
        std::chrono::steady_clock::time_point since;
        std::optional<core::errc> failure{}; // what kept it from running, or from lasting
    };

    void work();
    void take_waiting();
    // True if the batch was committed. Sets the failures.
    bool run_batch();
    bool run_jobs(session&);
    bool run_one(session&, entry&, bool alone);
    void tell();
    void tidy();
    void optimize();
    void look_for_foreign_changes();

    change_counters& changes_;
    connection connection_;           // the thread's, as are the next two
    std::vector<entry> batch_, late_; // no more than largest_batch together
    const std::size_t queue_limit_;

    mutable std::mutex mutex_; // guards everything below but thread_
    std::condition_variable wake_;
    std::deque<entry> queue_;
    core::queue_statistics statistics_;
    commit_statistics commits_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace watchword::store
