#include "http/probe.hpp"

#include "core/descriptor.hpp"
#include "core/text.hpp"
#include "core/unix_address.hpp"
#include "http/tls_dialed.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <poll.h>
#include <span>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>

namespace watchword::http {
namespace {

using std::chrono::steady_clock;
using family = core::listen_address::family;
using outcome = tls_dialed::outcome;

constexpr std::size_t most_head = 16 * 1024, most_body = 64 * 1024;
constexpr std::string_view own_connection = "PROXY UNKNOWN\r\n";

[[noreturn]] void fail(const std::string& what, int error)
{
    throw std::runtime_error(what + ": " + std::generic_category().message(error));
}

class connection {
public:
    connection(const core::listen_address& to, steady_clock::time_point deadline)
        : socket_(::socket(to.kind == family::unix_socket ? AF_UNIX : to.endpoint.data()->sa_family,
                           SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
          deadline_(deadline)
    {
        if (socket_.get() < 0) fail("no socket", errno);
        if (to.kind == family::unix_socket) {
            const auto address = core::unix_address(to.name).value(); // it was parsed
            connect(reinterpret_cast<const ::sockaddr*>(&address), sizeof address);
        } else {
            connect(to.endpoint.data(), static_cast<::socklen_t>(to.endpoint.size()));
        }
    }

    void start_tls()
    {
        tls_.emplace(socket_.get());
        while (needs_more(tls_->handshake())) {
        }
    }

    void send(std::string_view bytes)
    {
        while (!bytes.empty()) bytes.remove_prefix(tls_ ? send_tls(bytes) : send_plain(bytes));
    }

    // How many; none at the end of the stream.
    std::size_t receive(std::span<char> room) { return tls_ ? receive_tls(room) : receive_plain(room); }

private:
    void connect(const ::sockaddr* to, ::socklen_t size)
    {
        if (::connect(socket_.get(), to, size) == 0) return;
        if (errno != EINPROGRESS && errno != EINTR) fail("no connection", errno);
        await(POLLOUT);
        int error = 0;
        ::socklen_t length = sizeof error;
        if (::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
        if (error != 0) fail("no connection", error);
    }

    void await(short events) const
    {
        for (;;) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - steady_clock::now());
            if (left.count() <= 0) throw std::runtime_error("no answer in time");
            ::pollfd wanted{socket_.get(), events, 0};
            const int ready = ::poll(&wanted, 1, static_cast<int>(std::min<long long>(left.count(), 1000)));
            if (ready > 0) return;
            if (ready < 0 && errno != EINTR) fail("cannot wait for the answer", errno);
        }
    }

    // Whether the call is to be made again, for which it has waited then.
    bool needs_more(outcome o) const
    {
        switch (o) {
        case outcome::want_read: await(POLLIN); return true;
        case outcome::want_write: await(POLLOUT); return true;
        case outcome::failed: throw std::runtime_error("TLS: " + std::string(tls_->failure()));
        case outcome::done:
        case outcome::closed: break;
        }
        return false;
    }

    std::size_t send_plain(std::string_view bytes) const
    {
        for (;;) {
            const auto size = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (size >= 0) return static_cast<std::size_t>(size);
            if (errno == EAGAIN)
                await(POLLOUT);
            else if (errno != EINTR)
                fail("the connection was cut", errno);
        }
    }
    std::size_t send_tls(std::string_view bytes)
    {
        std::size_t size = 0;
        while (needs_more(tls_->write(bytes, size))) {
        }
        if (size == 0) throw std::runtime_error("the connection was closed");
        return size;
    }

    std::size_t receive_plain(std::span<char> room) const
    {
        for (;;) {
            const auto size = ::recv(socket_.get(), room.data(), room.size(), 0);
            if (size >= 0) return static_cast<std::size_t>(size);
            if (errno == EAGAIN)
                await(POLLIN);
            else if (errno != EINTR)
                fail("the connection was cut", errno);
        }
    }
    std::size_t receive_tls(std::span<char> room)
    {
        std::size_t size = 0;
        while (needs_more(tls_->read(room, size))) {
        }
        return size;
    }

    core::descriptor socket_;
    steady_clock::time_point deadline_;
    std::optional<tls_dialed> tls_;
};

// "HTTP/1.1 200 OK" in front of the first line's end.
unsigned status_of(std::string_view head)
{
    constexpr std::string_view version = "HTTP/1.1 ";
    const auto digits = head.substr(std::min(version.size(), head.size()), 3);
    const auto status = digits.size() == 3 ? core::parse_unsigned(digits) : std::nullopt;
    if (!head.starts_with(version) || !status) throw std::runtime_error("what answers does not speak HTTP/1.1");
    return static_cast<unsigned>(*status);
}

probed read_answer(connection& from)
{
    std::string all;
    std::array<char, 4096> room;
    auto end = all.npos;
    while (all.size() < most_head + most_body) {
        const auto size = from.receive(room);
        if (size == 0) break;
        all.append(room.data(), size);
        end = all.find("\r\n\r\n");
        if (end == all.npos && all.size() > most_head) break;
    }
    if (all.empty()) throw std::runtime_error("the connection was closed without an answer");
    const auto status = status_of(all);
    if (end == all.npos) throw std::runtime_error("the answer was cut");
    return {status, all.substr(end + 4, most_body)};
}

} // namespace

core::listen_address reachable(core::listen_address a)
{
    if (a.kind != family::tcp || !a.endpoint.address().is_unspecified()) return a;
    namespace ip = core::asio::ip;
    if (a.endpoint.address().is_v6()) {
        a.endpoint.address(ip::address_v6::loopback());
    } else {
        a.endpoint.address(ip::address_v4::loopback());
    }
    return a;
}

std::string to_string(const core::listen_address& a)
{
    if (a.kind == family::unix_socket) return "unix:" + a.name;
    if (a.kind == family::inherited) return std::string(a.tls ? "https+" : "") + "systemd";
    const auto host = a.endpoint.address().to_string();
    return std::string(a.tls ? "https://" : "http://") + (a.endpoint.address().is_v6() ? "[" + host + "]" : host) +
           ":" + std::to_string(a.endpoint.port());
}

probed probe(const core::listen_address& where, std::string_view target, std::chrono::milliseconds limit)
{
    if (where.kind == family::inherited) throw std::runtime_error("the socket is the service manager's");
    if (where.kind == family::tcp && where.endpoint.port() == 0) throw std::runtime_error("port 0 is any free one");
    connection to(where, steady_clock::now() + limit);
    if (where.proxy_protocol) to.send(own_connection);
    if (where.tls) to.start_tls();
    to.send("GET " + std::string(target) +
            " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: watchword-healthcheck\r\nConnection: close\r\n\r\n");
    return read_answer(to);
}

} // namespace watchword::http
