#pragma once

#include "core/task.hpp"

#include <boost/asio/basic_waitable_timer.hpp>

#include <chrono>
#include <functional>
#include <thread>
#include <vector>

namespace watchword::server {

// Does what has to be done from time to time, one thing after the other, on a thread of its own, as long as it lives.
class housekeeping {
public:
    using chore = std::function<core::task<>()>;

    // Does all of them again and again, with `pause` between. What they refer to must outlive this; what one throws is
    // logged.
    housekeeping(std::chrono::milliseconds pause, std::vector<chore>);
    // Waits for the one that is under way.
    ~housekeeping();
    housekeeping(const housekeeping&) = delete;
    housekeeping& operator=(const housekeeping&) = delete;

private:
    using timer =
        core::asio::basic_waitable_timer<std::chrono::steady_clock, core::asio::wait_traits<std::chrono::steady_clock>,
                                         core::io_executor>;
    core::task<> work();

    const std::chrono::milliseconds pause_;
    const std::vector<chore> chores_;
    core::asio::io_context io_{1};
    timer timer_{io_.get_executor()};
    bool stopping_ = false; // of the thread
    std::thread thread_;
};

} // namespace watchword::server
