#pragma once

#include "core/task.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <optional>

namespace watchword::test {

// A context that a test turns bit by bit, on its own thread. It has work of its own between two turns: otherwise a
// worker's thread that took the last away in between would still be about to tell it when it is destroyed.
class turned_context {
public:
    core::asio::io_context& io() { return io_; }

    // Does what can be done at once.
    void turn()
    {
        io_.restart();
        io_.poll();
    }
    // Goes on until nothing is left to do.
    void finish()
    {
        io_.restart();
        core::asio::post(io_, [this] { own_work_.reset(); });
        io_.run();
        own_work_.emplace(io_.get_executor());
    }

private:
    core::asio::io_context io_{1};
    std::optional<core::asio::executor_work_guard<core::asio::io_context::executor_type>> own_work_{io_.get_executor()};
};

} // namespace watchword::test
