#pragma once

#include "core/task.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <optional>
#include <stdexcept>

namespace watchword::core {

// Runs a task to its end while this thread waits for it, and returns its value or rethrows what it threw: for commands,
// and for a server that has no I/O threads yet.
template <class T> T run_to_end(task<T> t)
{
    asio::io_context io(1);
    std::optional<T> value;
    std::exception_ptr failure;
    const auto keep = [&](const std::exception_ptr& e, T v) {
        failure = e;
        if (!e) value.emplace(std::move(v));
    };
    asio::co_spawn(io, std::move(t), keep);
    io.run();
    if (failure) std::rethrow_exception(failure);
    if (!value) throw std::logic_error("a task ended without a value");
    return std::move(*value);
}

} // namespace watchword::core
