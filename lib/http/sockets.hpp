#pragma once

#include "core/task.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include <chrono>

namespace watchword::http {

// TCP and Unix-domain sockets alike.
using stream_socket = core::asio::basic_stream_socket<core::asio::generic::stream_protocol, core::io_executor>;
using stream_acceptor = core::asio::basic_socket_acceptor<core::asio::generic::stream_protocol, core::io_executor>;

using steady_timer =
    core::asio::basic_waitable_timer<std::chrono::steady_clock, core::asio::wait_traits<std::chrono::steady_clock>,
                                     core::io_executor>;

// The token for a connection's own reading and writing. Errors are values, and the signal that cancels its handlers is
// nothing to it: an operation need not make room for a cancellation of its own.
inline auto not_cancelled()
{
    return core::asio::bind_cancellation_slot(core::asio::cancellation_slot(), core::asio::as_tuple(core::use_task));
}

} // namespace watchword::http
