#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace watchword::core {

namespace asio = boost::asio;

// The executor of an I/O thread. Concrete on purpose: the type-erased any_io_executor costs 1.5 to 2 us a request.
using io_executor = asio::io_context::executor_type;

// A coroutine that runs on an I/O thread and resumes there after every co_await.
template <class T = void> using task = asio::awaitable<T, io_executor>;

inline constexpr asio::use_awaitable_t<io_executor> use_task{};

} // namespace watchword::core
