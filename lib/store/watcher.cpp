#include "store/watcher.hpp"

#include <utility>

namespace watchword::store {

void watcher::stop() noexcept
{
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    if (interrupt_) interrupt_();
}

// Whoever was stopped before must not begin: an interrupt only ends what is running.
watcher::interrupted_by_stop::interrupted_by_stop(watcher& w, std::function<void()> interrupt) : watcher_(w)
{
    const std::lock_guard lock(w.mutex_);
    w.throw_if_stopped();
    w.interrupt_ = std::move(interrupt);
}

watcher::interrupted_by_stop::~interrupted_by_stop()
{
    const std::lock_guard lock(watcher_.mutex_);
    watcher_.interrupt_ = nullptr;
}

} // namespace watchword::store
