#pragma once

#include "core/workers.hpp"
#include "support/run_task.hpp"

#include <chrono>
#include <latch>
#include <thread>

namespace watchword::test {

// Holds one thread of a pool, which must be free, until it is let go.
class held_worker {
public:
    explicit held_worker(core::workers& pool)
    {
        auto hold = [this](std::size_t) -> core::result<int> {
            started_.count_down();
            released_.wait();
            return 0;
        };
        thread_ = std::thread([&pool, hold] { run_task(pool.run(hold)); });
        started_.wait();
    }
    ~held_worker()
    {
        if (thread_.joinable()) release();
    }
    held_worker(const held_worker&) = delete;
    held_worker& operator=(const held_worker&) = delete;

    void release()
    {
        released_.count_down();
        thread_.join();
    }

private:
    std::latch started_{1}, released_{1};
    std::thread thread_;
};

// Lets a new pool learn that a job takes so long, or a little longer.
inline void teach(core::workers& pool, std::chrono::milliseconds usual)
{
    const auto busy = [usual](std::size_t) -> core::result<int> {
        const auto end = std::chrono::steady_clock::now() + usual;
        while (std::chrono::steady_clock::now() < end) std::this_thread::sleep_until(end);
        return 0;
    };
    run_task(pool.run(busy));
    while (pool.statistics().executed == 0) std::this_thread::yield(); // the caller is told before the pool learns
}

} // namespace watchword::test
