#pragma once

#include <boost/asio/basic_stream_socket.hpp> // before the next, which does not compile alone
#include <boost/asio/buffer.hpp>
#include <boost/asio/detail/reactive_socket_recv_op.hpp>
#include <boost/version.hpp>

namespace watchword::http {

// A buffer to read into whose read, when it comes back shorter than the buffer, lets Asio wait for the next event
// instead of asking the kernel once more whether there is nothing left. That question is a tenth of what a small
// request costs. The price: the end of the stream that has arrived together with the last bytes is not an event of its
// own any more; connection::sweep looks for it.
class drained_buffer {
public:
    explicit drained_buffer(boost::asio::mutable_buffer b) : buffer_(b) {}

    using value_type = boost::asio::mutable_buffer;
    using const_iterator = const boost::asio::mutable_buffer*;
    const_iterator begin() const noexcept { return &buffer_; }
    const_iterator end() const noexcept { return &buffer_ + 1; }

private:
    boost::asio::mutable_buffer buffer_;
};

} // namespace watchword::http

// Asio's read, but for the status it returns. The place has no public door; other versions read as Asio does.
#if BOOST_VERSION == 108100
template <>
class boost::asio::detail::reactive_socket_recv_op_base<watchword::http::drained_buffer> : public reactor_op {
public:
    reactive_socket_recv_op_base(const boost::system::error_code& success, socket_type socket,
                                 socket_ops::state_type state, const watchword::http::drained_buffer& buffers,
                                 socket_base::message_flags flags, func_type on_complete)
        : reactor_op(success, &reactive_socket_recv_op_base::do_perform, on_complete),
          socket_(socket),
          state_(state),
          buffer_(*buffers.begin()),
          flags_(flags)
    {}

    static status do_perform(reactor_op* base)
    {
        auto* const o = static_cast<reactive_socket_recv_op_base*>(base);
        const bool stream = (o->state_ & socket_ops::stream_oriented) != 0;
        if (!socket_ops::non_blocking_recv1(o->socket_, o->buffer_.data(), o->buffer_.size(), o->flags_, stream, o->ec_,
                                            o->bytes_transferred_))
            return not_done;
        return o->bytes_transferred_ < o->buffer_.size() ? done_and_exhausted : done;
    }

private:
    socket_type socket_;
    socket_ops::state_type state_;
    boost::asio::mutable_buffer buffer_;
    socket_base::message_flags flags_;
};
#endif
