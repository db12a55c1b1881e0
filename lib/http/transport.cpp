#include "http/transport.hpp"

#include <boost/asio/buffer.hpp>

#include <array>
#include <poll.h>

namespace watchword::http {
namespace {

namespace asio = core::asio;

void remove_sent(std::string_view& head, std::string_view& tail, std::size_t sent)
{
    const std::size_t of_head = std::min(sent, head.size());
    head.remove_prefix(of_head);
    tail.remove_prefix(sent - of_head);
}

} // namespace

transport::transport(stream_socket socket, std::unique_ptr<tls_session> tls)
    : socket_(std::move(socket)), tls_(std::move(tls)), is_secure_(tls_ != nullptr)
{}

transport::~transport()
{
    if (tls_) tls_->shutdown();
}

core::task<core::error_code> transport::shake_hands()
{
    while (tls_) {
        const auto outcome = tls_->handshake();
        if (outcome == tls_session::outcome::done) co_return core::error_code();
        auto direction = stream_socket::wait_read;
        if (outcome == tls_session::outcome::want_write) {
            direction = stream_socket::wait_write;
        } else if (outcome != tls_session::outcome::want_read) {
            spoke_plain_text_ = outcome == tls_session::outcome::not_tls;
            co_return asio::error::connection_aborted;
        }
        const auto [failed] = co_await socket_.async_wait(direction, not_cancelled());
        if (failed) co_return failed;
    }
    co_return asio::error::operation_aborted;
}

void transport::speak_plain_text() noexcept
{
    tls_.reset();
    is_secure_ = false;
}

core::task<core::error_code> transport::read(request_reader& reader)
{
    // What nothing announces is read at once. Otherwise the socket is empty, and asking it would only tell so.
    bool reads = tls_ && tls_->has_pending();
    while (tls_) {
        auto direction = stream_socket::wait_read;
        if (reads) {
            const auto room = reader.prepare();
            if (room.empty()) co_return asio::error::no_memory;
            std::size_t size = 0;
            const auto outcome = tls_->read(room, size);
            if (outcome == tls_session::outcome::done) {
                reader.commit(size);
                co_return core::error_code();
            }
            reader.rest();
            if (outcome == tls_session::outcome::want_write) {
                direction = stream_socket::wait_write;
            } else if (outcome != tls_session::outcome::want_read) {
                co_return outcome == tls_session::outcome::closed ? core::error_code(asio::error::eof)
                                                                  : core::error_code(asio::error::connection_reset);
            }
        }
        const auto [failed] = co_await socket_.async_wait(direction, not_cancelled());
        if (failed) co_return failed;
        reads = true;
    }
    co_return asio::error::operation_aborted;
}

bool transport::write_now(std::string_view& head, std::string_view& tail, core::error_code& ec)
{
    if (!is_secure_) return write_plain(head, tail, ec);
    return write_tls(head, ec) && write_tls(tail, ec);
}

bool transport::write_plain(std::string_view& head, std::string_view& tail, core::error_code& ec)
{
    while (!head.empty() || !tail.empty()) {
        const std::array<asio::const_buffer, 2> parts{asio::buffer(head.data(), head.size()),
                                                      asio::buffer(tail.data(), tail.size())};
        const std::size_t sent =
            tail.empty() ? socket_.write_some(asio::buffer(parts[0]), ec) : socket_.write_some(parts, ec);
        if (ec) return false;
        remove_sent(head, tail, sent);
    }
    return true;
}

bool transport::write_tls(std::string_view& bytes, core::error_code& ec)
{
    while (!bytes.empty()) {
        if (!tls_) {
            ec = asio::error::operation_aborted;
            return false;
        }
        std::size_t sent = 0;
        const auto outcome = tls_->write(bytes, sent);
        bytes.remove_prefix(sent);
        if (outcome == tls_session::outcome::done) continue;
        write_waits_to_read_ = outcome == tls_session::outcome::want_read;
        const bool waits = write_waits_to_read_ || outcome == tls_session::outcome::want_write;
        ec = waits ? core::error_code(asio::error::would_block) : core::error_code(asio::error::connection_reset);
        return false;
    }
    return true;
}

core::task<core::error_code> transport::wait_to_write()
{
    const auto direction = write_waits_to_read_ ? stream_socket::wait_read : stream_socket::wait_write;
    const auto [failed] = co_await socket_.async_wait(direction, not_cancelled());
    co_return failed;
}

core::error_code transport::look()
{
    core::error_code ec;
    std::array<char, 1> next;
    socket_.receive(asio::buffer(next), asio::socket_base::message_peek, ec);
    return ec;
}

bool transport::has_input()
{
    return !look();
}

bool transport::has_ended()
{
    const auto ec = look();
    return ec && ec != asio::error::would_block && ec != asio::error::try_again;
}

presence transport::client() noexcept
{
    ::pollfd asked{socket_.native_handle(), POLLRDHUP, 0};
    if (::poll(&asked, 1, 0) <= 0) return presence::there;
    if ((asked.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) return presence::gone;
    return (asked.revents & POLLRDHUP) != 0 ? presence::half_closed : presence::there;
}

void transport::shutdown_send()
{
    if (tls_) tls_->shutdown();
    core::error_code ignored;
    socket_.shutdown(stream_socket::shutdown_send, ignored);
}

void transport::cancel()
{
    core::error_code ignored;
    socket_.cancel(ignored);
}

void transport::reset_when_closed() noexcept
{
    core::error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
}

void transport::close() noexcept
{
    tls_.reset(); // before the descriptor may be somebody else's
    core::error_code ignored;
    socket_.close(ignored);
}

} // namespace watchword::http
