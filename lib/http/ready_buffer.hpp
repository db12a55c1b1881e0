#pragma once

#include "http/request_reader.hpp"

#include <boost/asio/basic_stream_socket.hpp> // before the next, which does not compile alone
#include <boost/asio/buffer.hpp>
#include <boost/asio/detail/reactive_socket_recv_op.hpp>
#include <boost/version.hpp>

namespace watchword::http {

// A buffer to read into that differs from Asio's in two ways.
// - It takes its memory from the reader when bytes have come: a connection that waits for a request holds none.
// - A read that comes back shorter than the buffer lets Asio wait for the next event instead of asking the kernel once
//   more whether there is nothing left. That question is a tenth of what a small request costs. The price: the end of
//   the stream that has arrived together with the last bytes is not an event of its own any more; connection::sweep
//   looks for it.
// `reader` must outlive the read.
class ready_buffer {
public:
    explicit ready_buffer(request_reader& reader) : reader_(&reader)
    {
#if BOOST_VERSION != 108100
        const auto room = reader.prepare();
        buffer_ = boost::asio::mutable_buffer(room.data(), room.size());
#endif
    }

    using value_type = boost::asio::mutable_buffer;
    using const_iterator = const boost::asio::mutable_buffer*;
    const_iterator begin() const noexcept
    {
        return &buffer_;
    }
    const_iterator end() const noexcept
    {
        return &buffer_ + 1;
    }
    request_reader& reader() const noexcept
    {
        return *reader_;
    }

private:
    request_reader* reader_;
    char placeholder_ = 0; // Asio completes reads into no bytes at once
    boost::asio::mutable_buffer buffer_{&placeholder_, 1};
};

} // namespace watchword::http

// Asio's read, but for the memory and the status it returns. The place has no public door; other versions read as Asio
// does.
#if BOOST_VERSION == 108100
template <> class boost::asio::detail::reactive_socket_recv_op_base<watchword::http::ready_buffer> : public reactor_op {
public:
    reactive_socket_recv_op_base(const boost::system::error_code& success, socket_type socket,
                                 socket_ops::state_type state, const watchword::http::ready_buffer& buffer,
                                 socket_base::message_flags flags, func_type on_complete)
        : reactor_op(success, &reactive_socket_recv_op_base::do_perform, on_complete),
          socket_(socket),
          state_(state),
          reader_(buffer.reader()),
          flags_(flags)
    {}

    static status do_perform(reactor_op* base)
    {
        auto* const o = static_cast<reactive_socket_recv_op_base*>(base);
        const auto room = o->reader_.prepare();
        if (room.empty()) {
            o->ec_ = boost::asio::error::no_memory;
            return done;
        }
        const bool stream = (o->state_ & socket_ops::stream_oriented) != 0;
        if (!socket_ops::non_blocking_recv1(o->socket_, room.data(), room.size(), o->flags_, stream, o->ec_,
                                            o->bytes_transferred_)) {
            o->reader_.rest();
            return not_done;
        }
        return o->bytes_transferred_ < room.size() ? done_and_exhausted : done;
    }

private:
    socket_type socket_;
    socket_ops::state_type state_;
    watchword::http::request_reader& reader_;
    socket_base::message_flags flags_;
};
#endif
