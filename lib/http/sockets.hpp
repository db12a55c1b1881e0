#pragma once

#include "core/task.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include <chrono>

namespace watchword::http {

// TCP and Unix-domain sockets alike.
using stream_socket = core::asio::basic_stream_socket<core::asio::generic::stream_protocol, core::io_executor>;
using stream_acceptor = core::asio::basic_socket_acceptor<core::asio::generic::stream_protocol, core::io_executor>;

using steady_timer =
    core::asio::basic_waitable_timer<std::chrono::steady_clock, core::asio::wait_traits<std::chrono::steady_clock>,
                                     core::io_executor>;

} // namespace watchword::http
