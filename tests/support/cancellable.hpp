#pragma once

#include "core/error.hpp"
#include "core/task.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace watchword::test {

// As http::connection runs its handlers: who is cancelled is told by errors, not unwound.
template <class T> core::task<core::result<T>> told_when_cancelled(core::task<core::result<T>> inner)
{
    co_await core::asio::this_coro::throw_if_cancelled(false);
    co_return co_await std::move(inner);
}

// A coroutine that somebody may lose interest in, as http::connection does. It runs while the test turns its context,
// whose thread is the test's own. One thread.
template <class T> class cancellable {
public:
    // Runs it to where it waits for another thread.
    explicit cancellable(core::task<core::result<T>> task)
    {
        const auto keep = [this](std::exception_ptr failure, core::result<T> r) {
            if (failure) std::rethrow_exception(failure);
            outcome.emplace(std::move(r));
        };
        core::asio::co_spawn(io_, told_when_cancelled(std::move(task)),
                             core::asio::bind_cancellation_slot(signal_.slot(), keep));
        io_.poll();
    }
    // Whoever waits for another thread then is told before it returns.
    void cancel(core::asio::cancellation_type how = core::asio::cancellation_type::terminal)
    {
        signal_.emit(how);
        io_.poll();
    }
    // Waits for its end.
    const core::result<T>& finish()
    {
        io_.run();
        return *outcome;
    }
    bool is_cancelled() const { return outcome && outcome->has_error() && outcome->error() == core::errc::cancelled; }

    std::optional<core::result<T>> outcome; // none yet

private:
    core::asio::cancellation_signal signal_; // outlives the coroutine
    core::asio::io_context io_{1};
};

} // namespace watchword::test
