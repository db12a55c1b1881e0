#pragma once

#include "core/descriptor.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <set>
#include <thread>

namespace watchword::store {

// Cuts connections whose server has not answered in time, so that a thread that waits for it, in a library that would
// wait for ever, gets an error instead. Thread-safe.
class watchdog {
public:
    using time_point = std::chrono::steady_clock::time_point;

    watchdog();
    ~watchdog();
    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;

    // One connection. The watchdog must outlive it.
    class connection {
    public:
        // `socket` is duplicated: it may be closed, and its number be used again, at any time. Throws
        // std::system_error.
        connection(watchdog&, int socket);
        ~connection();
        connection(const connection&) = delete;
        connection& operator=(const connection&) = delete;

        // From now on, it is cut if stop() is not called by then.
        void start(time_point) noexcept;
        void stop() noexcept;

    private:
        friend watchdog;
        watchdog& watchdog_;
        const core::descriptor socket_;
        time_point deadline_ = time_point::max(); // guarded by the watchdog's mutex
    };

    // Connections that were cut.
    std::uint64_t cuts() const noexcept;

private:
    void watch();
    // When the next deadline is.
    time_point cut_late_ones(time_point now) noexcept;

    mutable std::mutex mutex_; // guards everything below but thread_
    std::condition_variable wake_;
    std::set<connection*> all_;
    time_point next_look_ = time_point::max();
    std::uint64_t cuts_ = 0;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace watchword::store
