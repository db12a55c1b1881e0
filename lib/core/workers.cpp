#include "core/workers.hpp"

#include <algorithm>
#include <pthread.h>
#include <signal.h>

namespace watchword::core {

void name_this_thread(const std::string& name) noexcept
{
    ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
}

workers::workers(settings s) : settings_(std::move(s))
{
    const std::size_t count = std::max<std::size_t>(settings_.threads, 1);
    threads_.reserve(count);
    for (std::size_t slot = 0; slot < count; ++slot) threads_.emplace_back([this, slot] { run_jobs(slot); });
}

workers::~workers()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_) thread.join();
}

queue_statistics workers::statistics() const
{
    const std::lock_guard lock(mutex_);
    auto copy = statistics_;
    copy.waiting = queue_.size();
    return copy;
}

void workers::enqueue(job& j)
{
    errc why{};
    {
        const std::lock_guard lock(mutex_);
        if (!stopping_ && queue_.size() < settings_.queue) {
            queue_.push_back({&j, std::chrono::steady_clock::now()});
            wake_.notify_one(); // while locked: the job, and with it the pool's owner, may be gone right after
            return;
        }
        why = stopping_ ? errc::cancelled : errc::overloaded;
        ++statistics_.refused;
    }
    j.refuse(why);
}

void workers::run_jobs(std::size_t slot)
{
    name_this_thread(settings_.name + "/" + std::to_string(slot));
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        const auto [next, since] = queue_.front();
        queue_.pop_front();
        const auto start = std::chrono::steady_clock::now();
        const bool late = start > next->latest_start;
        if (late) {
            ++statistics_.refused;
        } else {
            ++statistics_.running;
            statistics_.waited += start - since;
        }
        lock.unlock();
        if (late) {
            next->refuse(errc::timed_out);
        } else {
            next->execute(slot);
        }
        lock.lock();
        if (!late) {
            --statistics_.running;
            ++statistics_.executed;
            statistics_.worked += std::chrono::steady_clock::now() - start;
        }
    }
}

} // namespace watchword::core
