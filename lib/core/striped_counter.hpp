#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace watchword::core {

namespace detail {
inline constinit thread_local std::size_t thread_number = 0; // 0: it has none yet
std::size_t number_this_thread() noexcept;
} // namespace detail

// The number of the calling thread, from 1, in the order in which threads ask for the first time.
inline std::size_t number_of_this_thread() noexcept
{
    return detail::thread_number != 0 ? detail::thread_number : detail::number_this_thread();
}

// Counts what happens on many threads at once: one addition to memory that hardly ever another thread writes to.
// Thread-safe.
class striped_counter {
public:
    void add(std::uint64_t more = 1) noexcept
    {
        stripes_[number_of_this_thread() % stripes_.size()].count.fetch_add(more, std::memory_order_relaxed);
    }
    std::uint64_t read() const noexcept
    {
        std::uint64_t all = 0;
        for (const auto& each : stripes_) all += each.count.load(std::memory_order_relaxed);
        return all;
    }

private:
    struct alignas(64) stripe {
        std::atomic<std::uint64_t> count{0};
    };
    std::array<stripe, 16> stripes_{}; // threads beyond that share them
};

} // namespace watchword::core
