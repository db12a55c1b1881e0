#pragma once

#include <atomic>
#include <chrono>

namespace watchword::core {

// Lets one of all pass that come within a second: for lines of the log that anybody could fill it with. Thread-safe.
class once_a_second {
public:
    bool lets_pass(std::chrono::steady_clock::time_point now) noexcept
    {
        auto next = next_.load(std::memory_order_relaxed);
        const auto then = (now + std::chrono::seconds(1)).time_since_epoch().count();
        return now.time_since_epoch().count() >= next &&
               next_.compare_exchange_strong(next, then, std::memory_order_relaxed);
    }

private:
    std::atomic<std::chrono::steady_clock::rep> next_{0}; // nobody before then
};

} // namespace watchword::core
