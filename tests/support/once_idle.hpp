#pragma once

#include "core/workers.hpp"

#include <thread>

namespace watchword::test {

// What a pool has been doing, once it does nothing: a job is counted a moment after its caller goes on. `ask` gives the
// pool's statistics.
template <class Ask> core::queue_statistics once_idle(Ask ask)
{
    for (;;) {
        const core::queue_statistics seen = ask();
        if (seen.running == 0 && seen.waiting == 0) return seen;
        std::this_thread::yield();
    }
}
inline core::queue_statistics once_idle(const core::workers& pool)
{
    return once_idle([&pool] { return pool.statistics(); });
}

} // namespace watchword::test
