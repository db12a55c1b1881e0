#include "store/watchdog.hpp"

#include "core/workers.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <system_error>

namespace watchword::store {

watchdog::watchdog() : thread_([this] { watch(); }) {}

watchdog::~watchdog()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

std::uint64_t watchdog::cuts() const noexcept
{
    const std::lock_guard lock(mutex_);
    return cuts_;
}

void watchdog::watch()
{
    core::name_this_thread("db-watchdog");
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        next_look_ = cut_late_ones(std::chrono::steady_clock::now());
        if (next_look_ == time_point::max()) {
            wake_.wait(lock);
        } else {
            wake_.wait_until(lock, next_look_);
        }
    }
}

watchdog::time_point watchdog::cut_late_ones(time_point now) noexcept
{
    auto next = time_point::max();
    for (auto* c : all_) {
        if (c->deadline_ <= now) {
            ::shutdown(c->socket_.get(), SHUT_RDWR); // does not wait; whoever polls the socket wakes up
            c->deadline_ = time_point::max();
            ++cuts_;
        }
        next = std::min(next, c->deadline_);
    }
    return next;
}

watchdog::connection::connection(watchdog& w, int socket) : watchdog_(w), socket_(::fcntl(socket, F_DUPFD_CLOEXEC, 0))
{
    if (socket_.get() < 0) throw std::system_error(errno, std::generic_category(), "cannot watch a connection");
    const std::lock_guard lock(watchdog_.mutex_);
    watchdog_.all_.insert(this);
}

watchdog::connection::~connection()
{
    const std::lock_guard lock(watchdog_.mutex_);
    watchdog_.all_.erase(this);
}

void watchdog::connection::start(time_point deadline) noexcept
{
    const std::lock_guard lock(watchdog_.mutex_);
    deadline_ = deadline;
    // Later deadlines are found when the thread wakes for the earlier one: it is not woken for every statement.
    if (deadline >= watchdog_.next_look_) return;
    watchdog_.next_look_ = deadline;
    watchdog_.wake_.notify_one();
}

void watchdog::connection::stop() noexcept
{
    const std::lock_guard lock(watchdog_.mutex_);
    deadline_ = time_point::max();
}

} // namespace watchword::store
