#pragma once

#include "core/error.hpp"
#include "core/task.hpp"
#include "support/turned_context.hpp"

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
        core::asio::co_spawn(context_.io(), told_when_cancelled(std::move(task)),
                             core::asio::bind_cancellation_slot(signal_.slot(), keep));
        context_.turn();
    }
    // Whoever waits for another thread then is told before it returns.
    void cancel(core::asio::cancellation_type how = core::asio::cancellation_type::terminal)
    {
        signal_.emit(how);
        context_.turn();
    }
    // Waits for its end.
    const core::result<T>& finish()
    {
        context_.finish();
        return *outcome;
    }
    bool is_cancelled() const { return outcome && outcome->has_error() && outcome->error() == core::errc::cancelled; }

    std::optional<core::result<T>> outcome; // none yet

private:
    core::asio::cancellation_signal signal_; // outlives the coroutine
    turned_context context_;
};

} // namespace watchword::test
