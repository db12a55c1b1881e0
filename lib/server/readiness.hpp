#pragma once

#include "core/task.hpp"
#include "store/database.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::server {

// Tells a queue that is being worked off from one that is stuck. One thread.
class progress_watch {
public:
    explicit progress_watch(std::chrono::nanoseconds patience) : patience_(patience) {}

    // Whether work has been there since `patience` and none of it was done. To be asked a few times in that.
    bool is_stuck(const core::queue_statistics&, std::chrono::steady_clock::time_point now) noexcept;

private:
    const std::chrono::nanoseconds patience_;
    std::uint64_t done_ = 0;
    std::chrono::steady_clock::time_point since_{}; // when there was nothing to do, or something was done last
};

struct readiness_settings {
    std::chrono::milliseconds patience{5000}; // with the writer: database.timeout
    std::string directory{};                  // of SQLite's file, whose disk must have room; empty: another kind
    // That must be left there: a checkpoint of the write-ahead log and what a busy minute adds to it.
    std::uint64_t least_space = 16ull * 1024 * 1024;
};

// Whether the server can do its work: what look() has found, which somebody calls every second, so that asking costs
// nothing and loads nobody. What hangs look() itself is found out by its age. failing() is thread-safe, look() is for
// one thread; what is referred to must outlive it.
class readiness {
public:
    using space_source = std::function<std::uint64_t(const std::string& directory)>;
    using time_source = std::function<std::chrono::steady_clock::time_point()>;

    static constexpr std::chrono::milliseconds pause{1000};
    // That the database may leave a question unanswered, or whoever asks it may be late.
    static constexpr std::chrono::milliseconds bound{3000};

    // Everything works at first. Both sources are for tests.
    readiness(readiness_settings, store::database&, space_source = {}, time_source = std::chrono::steady_clock::now);

    // database: it has not answered within the bound. writer: nothing was written within the patience, though something
    // waits. feed: PostgreSQL has not confirmed within database.staleness what others changed. disk: SQLite's is full.
    std::vector<std::string_view> failing() const;

    core::task<> look();

private:
    const readiness_settings settings_;
    store::database& database_;
    const space_source space_;
    const time_source now_;
    progress_watch writer_;
    std::atomic<bool> writer_stuck_{false}, feed_lost_{false}, disk_full_{false};
    std::atomic<std::chrono::steady_clock::rep> answered_; // when the database did last
};

// What may be written in that directory's file system, in bytes; everything if nobody can tell.
std::uint64_t space_left(const std::string& directory);

} // namespace watchword::server
