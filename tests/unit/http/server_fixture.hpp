#pragma once

#include "core/workers.hpp"
#include "http/server.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>

#include <cerrno>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

// A server in the test's process, with handlers that show one thing each.
namespace watchword::test {

inline const std::string big(8 * 1024 * 1024, 'b');

// A blocking client that sends what it is told. `address`: ADDRESS:PORT (IPv4) or unix:PATH.
class client {
public:
    explicit client(const std::string& address, int receive_buffer = 0, const std::string& from = {}) : socket_(io_)
    {
        namespace asio = boost::asio;
        if (address.starts_with("unix:")) {
            socket_.connect(asio::local::stream_protocol::endpoint(address.substr(5)));
        } else {
            const auto colon = address.rfind(':');
            const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)));
            socket_.open(asio::ip::tcp::v4());
            if (receive_buffer != 0) socket_.set_option(asio::socket_base::receive_buffer_size(receive_buffer));
            if (!from.empty()) socket_.bind(asio::ip::tcp::endpoint(asio::ip::make_address(from), 0));
            socket_.connect(asio::ip::tcp::endpoint(asio::ip::make_address("127.0.0.1"), port));
        }
        const timeval limit{20, 0}; // a test that hangs fails
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }

    void send(std::string_view bytes) { boost::asio::write(socket_, boost::asio::buffer(bytes.data(), bytes.size())); }
    // Everything until the server closes.
    std::string read_all()
    {
        std::string all;
        for (std::string some = receive(64 * 1024); !some.empty(); some = receive(64 * 1024)) all += some;
        return all;
    }
    std::string read(std::size_t size)
    {
        std::string all;
        while (all.size() < size) {
            const auto some = receive(size - all.size());
            if (some.empty()) throw std::runtime_error("the connection ended after '" + all + "'");
            all += some;
        }
        return all;
    }
    // What has come, at most `most` bytes; waits for the first. Empty at the end of the connection.
    std::string receive(std::size_t most)
    {
        std::string some(most, '\0');
        const auto size = ::recv(socket_.native_handle(), some.data(), most, 0);
        if (size < 0 && errno == EAGAIN) throw std::runtime_error("nothing came in 20 s");
        was_reset = size < 0;
        some.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
        return some;
    }
    // What is there, without waiting: how many bytes.
    std::size_t receive_now(std::size_t most)
    {
        std::string some(most, '\0');
        const auto size = ::recv(socket_.native_handle(), some.data(), most, MSG_DONTWAIT);
        return size < 0 ? 0 : static_cast<std::size_t>(size);
    }
    void get(std::string_view path, std::string_view extra = "")
    {
        send("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(extra) + "\r\n");
    }
    // The status line of a request's answer, and the connection ends.
    std::string last_get(std::string_view path, std::string_view extra = "")
    {
        get(path, std::string(extra) + "Connection: close\r\n");
        return read_all();
    }
    void shutdown_send() { socket_.shutdown(boost::asio::socket_base::shutdown_send); }
    void close() { socket_.close(); }
    int descriptor() { return socket_.native_handle(); }
    bool was_reset = false; // rather than closed

private:
    boost::asio::io_context io_;
    boost::asio::generic::stream_protocol::socket socket_;
};

struct piece_stream {
    std::size_t left;
    bool fails_at_end;
    core::task<core::result<std::string>> operator()()
    {
        if (left == 0 && fails_at_end) co_return core::errc::unavailable;
        if (left == 0) co_return std::string();
        --left;
        co_return std::string(1000, 's');
    }
};

inline core::task<http::response> hello(http::request&)
{
    co_return http::response(http::status::ok, "text/plain", "hello");
}
inline core::task<http::response> echo(http::request& q)
{
    co_return http::response(http::status::ok, "text/plain", std::string(q.body));
}
// Who the request comes from, as the server sees it.
inline core::task<http::response> who(http::request& q)
{
    std::string text(q.remote_address);
    text.append(q.secure ? " secure " : " plain ").append(q.client_subject);
    co_return http::response(http::status::ok, "text/plain", std::move(text));
}
inline core::task<http::response> send_big(http::request&)
{
    co_return http::response(http::status::ok, "text/plain", std::make_shared<const std::string>(big));
}
inline core::task<http::response> stream(http::request&)
{
    co_return http::response(http::status::ok, "text/plain", http::body_stream(piece_stream{100, false}));
}
inline core::task<http::response> broken_stream(http::request&)
{
    co_return http::response(http::status::ok, "text/plain", http::body_stream(piece_stream{3, true}));
}

// Waits on another thread until the test lets it go on.
struct gate {
    core::workers* workers;
    std::latch* started;
    std::latch* released;
    core::task<core::result<int>> pass() const
    {
        const auto wait = [this](std::size_t) -> core::result<int> {
            started->count_down();
            released->wait();
            return 1;
        };
        co_return co_await workers->run(wait);
    }
};
struct held : gate {
    core::task<http::response> operator()(http::request&) const
    {
        const auto passed = co_await pass();
        const auto s = passed ? http::status::ok : http::status::service_unavailable;
        co_return http::response(s, "text/plain", "held");
    }
};
struct stalled_stream : gate {
    bool began = false;
    core::task<core::result<std::string>> operator()()
    {
        if (!std::exchange(began, true)) co_return std::string("first");
        const auto passed = co_await pass();
        co_return std::string(passed ? "" : "not passed");
    }
};
struct stalled {
    gate at;
    core::task<http::response> operator()(http::request&) const
    {
        http::body_stream pieces(stalled_stream{at});
        co_return http::response(http::status::ok, "text/plain", std::move(pieces));
    }
};

struct server_fixture {
    core::system_clock clock;
    core::system_random random;
    core::workers workers{{"held", 2, 10}};
    std::latch started{1}, released{1};
    http::router routes;
    http::server_settings settings;
    std::unique_ptr<http::server> server;

    server_fixture()
    {
        using http::method;
        const gate at{&workers, &started, &released};
        settings.listen = {"127.0.0.1:0"};
        settings.threads = 2;
        routes.add(method::get, "/hello", hello);
        routes.add(method::post, "/echo", echo);
        routes.add(method::get, "/who", who);
        routes.add(method::get, "/big", send_big);
        routes.add(method::get, "/stream", stream);
        routes.add(method::get, "/broken", broken_stream);
        routes.add(method::get, "/held", held{at});
        routes.add(method::get, "/stalled", stalled{at});
    }
    const std::string& start()
    {
        server.reset();
        server = std::make_unique<http::server>(settings, routes, clock, random);
        server->start();
        return server->addresses().front();
    }
};

inline std::size_t count(const std::string& text, std::string_view what)
{
    std::size_t n = 0;
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + what.size())) ++n;
    return n;
}

} // namespace watchword::test
