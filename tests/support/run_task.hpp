#pragma once

#include "core/task.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <optional>
#include <stdexcept>

namespace watchword::test {

// Runs a coroutine to its end on a context of its own and returns its value, or rethrows what it threw.
template <class T> T run_task(core::task<T> task)
{
    core::asio::io_context io(1);
    std::optional<T> value;
    std::exception_ptr failure;
    const auto keep = [&](std::exception_ptr e, T v) {
        failure = e;
        if (!e) value.emplace(std::move(v));
    };
    core::asio::co_spawn(io, std::move(task), keep);
    io.run();
    if (failure) std::rethrow_exception(failure);
    if (!value) throw std::logic_error("a task ended without a value");
    return std::move(*value);
}

} // namespace watchword::test
