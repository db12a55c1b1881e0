#pragma once

#include "core/task.hpp"
#include "micro/subject.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace watchword::micro {

template <class Ask> core::task<> ask_again(Ask ask, std::uint64_t times)
{
    for (; times != 0; --times) {
        const auto answer = co_await ask();
        consume(answer);
    }
}

// `ask` gives a task. All of them are awaited by one coroutine, as a connection awaits its handlers.
template <class Ask> repeat in_coroutine(Ask ask)
{
    return [io = std::make_shared<core::asio::io_context>(1), ask = std::move(ask)](std::uint64_t times) {
        std::exception_ptr failure;
        core::asio::co_spawn(*io, ask_again(ask, times), [&](std::exception_ptr e) { failure = std::move(e); });
        io->restart();
        io->run();
        if (failure) std::rethrow_exception(failure);
    };
}

// The one answer of `ask`.
template <class T, class Ask> T answer_of(Ask ask)
{
    std::optional<T> kept;
    const auto keep = [&](const std::exception_ptr& e, T value) {
        if (e) std::rethrow_exception(e);
        kept.emplace(std::move(value));
    };
    core::asio::io_context io(1);
    core::asio::co_spawn(io, ask(), keep);
    io.run();
    require(kept.has_value(), "a task ended without an answer");
    return std::move(*kept);
}

} // namespace watchword::micro
