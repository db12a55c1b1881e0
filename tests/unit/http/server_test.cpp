// The server in this process, over real sockets: what needs a handler of its own to be seen.
#include "core/workers.hpp"
#include "http/server.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <future>
#include <latch>
#include <thread>

namespace {

using namespace watchword;
using http::method;
using http::request;
using http::response;
using http::status;
using asio_tcp = boost::asio::ip::tcp;

class client {
public:
    explicit client(const std::string& address, int receive_buffer = 0) : socket_(io_)
    {
        const auto colon = address.rfind(':');
        const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)));
        socket_.open(asio_tcp::v4());
        if (receive_buffer != 0) socket_.set_option(boost::asio::socket_base::receive_buffer_size(receive_buffer));
        socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
        const timeval limit{20, 0}; // a test that hangs fails
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }

    void send(std::string_view bytes) { boost::asio::write(socket_, boost::asio::buffer(bytes.data(), bytes.size())); }
    // Everything until the server closes.
    std::string read_all()
    {
        std::string all;
        boost::system::error_code ec;
        boost::asio::read(socket_, boost::asio::dynamic_buffer(all), ec);
        last_error = ec;
        return all;
    }
    std::string read(std::size_t size)
    {
        std::string some(size, '\0');
        boost::asio::read(socket_, boost::asio::buffer(some));
        return some;
    }
    void get(std::string_view path, std::string_view extra = "")
    {
        send("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(extra) + "\r\n");
    }
    void shutdown_send() { socket_.shutdown(asio_tcp::socket::shutdown_send); }
    boost::system::error_code last_error;

private:
    boost::asio::io_context io_;
    asio_tcp::socket socket_;
};

const std::string big(8 * 1024 * 1024, 'b');

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

core::task<response> hello(request&)
{
    co_return response(status::ok, "text/plain", "hello");
}
core::task<response> echo(request& q)
{
    co_return response(status::ok, "text/plain", std::string(q.body));
}
core::task<response> send_big(request&)
{
    co_return response(status::ok, "text/plain", std::make_shared<const std::string>(big));
}
core::task<response> stream(request&)
{
    co_return response(status::ok, "text/plain", http::body_stream(piece_stream{100, false}));
}
core::task<response> broken_stream(request&)
{
    co_return response(status::ok, "text/plain", http::body_stream(piece_stream{3, true}));
}

// Answers only when the test lets it.
struct held {
    core::workers* workers;
    std::latch* started;
    std::latch* released;
    core::task<response> operator()(request&) const
    {
        const auto wait = [this](std::size_t) -> core::result<int> {
            started->count_down();
            released->wait();
            return 1;
        };
        const auto done = co_await workers->run(wait);
        co_return response(done ? status::ok : status::service_unavailable, "text/plain", "held");
    }
};

struct fixture {
    core::system_clock clock;
    core::workers workers{{"held", 2, 10}};
    std::latch started{1}, released{1};
    http::router routes;
    http::server_settings settings;
    std::unique_ptr<http::server> server;

    fixture()
    {
        settings.listen = {"127.0.0.1:0"};
        settings.threads = 2;
        routes.add(method::get, "/hello", hello);
        routes.add(method::post, "/echo", echo);
        routes.add(method::get, "/big", send_big);
        routes.add(method::get, "/stream", stream);
        routes.add(method::get, "/broken", broken_stream);
        routes.add(method::get, "/held", held{&workers, &started, &released});
    }
    const std::string& start()
    {
        server = std::make_unique<http::server>(settings, routes, clock);
        server->start();
        return server->addresses().front();
    }
};

std::size_t count(const std::string& text, std::string_view what)
{
    std::size_t n = 0;
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + what.size())) ++n;
    return n;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(server, fixture)

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order)
{
    client c(start());
    std::string burst;
    for (int i = 0; i < 200; ++i) {
        const auto body = std::to_string(i) + ";";
        burst += "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    c.send(burst + "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const auto all = c.read_all();
    BOOST_TEST(count(all, "HTTP/1.1 200 OK\r\n") == 201u);
    std::size_t at = 0;
    for (int i = 0; i < 200; ++i) {
        at = all.find("\r\n\r\n" + std::to_string(i) + ";", at);
        BOOST_REQUIRE(at != all.npos);
    }
}

BOOST_AUTO_TEST_CASE(a_slow_reader_gets_every_byte_of_a_big_body)
{
    client c(start(), 4096);
    c.get("/big", "Connection: close\r\n");
    const auto all = c.read_all();
    BOOST_TEST(all.size() > big.size());
    BOOST_TEST((all.substr(all.size() - big.size()) == big));
}

BOOST_AUTO_TEST_CASE(a_reader_that_stops_is_given_up_after_the_write_timeout)
{
    settings.limits.write_timeout = std::chrono::milliseconds(300);
    client c(start(), 4096);
    c.get("/big");
    c.read(1);                                                    // it has been accepted and has begun
    while (server->connections() != 0) std::this_thread::yield(); // bounded by the timeout of the whole test
    BOOST_TEST(c.read_all().size() < big.size());
}

BOOST_AUTO_TEST_CASE(a_stream_is_sent_in_chunks_and_the_connection_goes_on)
{
    client c(start());
    c.get("/stream");
    c.get("/hello", "Connection: close\r\n");
    const auto all = c.read_all();
    BOOST_TEST(count(all, "Transfer-Encoding: chunked\r\n") == 1u);
    BOOST_TEST(count(all, "3e8\r\n") == 100u);
    BOOST_TEST(count(all, "0\r\n\r\nHTTP/1.1 200 OK") == 1u);
    BOOST_TEST(all.ends_with("hello"));
}

BOOST_AUTO_TEST_CASE(an_http_1_0_client_gets_a_stream_until_the_end_of_the_connection)
{
    client c(start());
    c.send("GET /stream HTTP/1.0\r\n\r\n");
    const auto all = c.read_all();
    BOOST_TEST(count(all, "chunked") == 0u);
    BOOST_TEST(all.ends_with(std::string(100'000, 's')));
}

BOOST_AUTO_TEST_CASE(a_stream_that_fails_never_looks_complete)
{
    client c(start());
    c.get("/broken");
    const auto all = c.read_all();
    BOOST_TEST(count(all, "3e8\r\n") == 3u);
    BOOST_TEST(!all.ends_with("0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(head_of_a_stream_and_of_a_body_sends_no_body)
{
    client c(start());
    c.send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\nHEAD /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const auto all = c.read_all();
    BOOST_TEST(count(all, "Content-Length: 5\r\n") == 1u);
    BOOST_TEST(count(all, "sss") == 0u);
    BOOST_TEST(all.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_client_that_closes_its_side_with_the_request_gets_its_answer_and_the_end)
{
    client c(start());
    c.get("/hello");
    c.shutdown_send();             // the end arrives with the request: no event of its own
    const auto all = c.read_all(); // long before the idle timeout
    BOOST_TEST(all.ends_with("hello"));
    BOOST_TEST((c.last_error == boost::asio::error::eof));
    client half(server->addresses().front());
    half.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf");
    half.shutdown_send();
    BOOST_TEST(half.read_all() == "");
}

BOOST_AUTO_TEST_CASE(a_connection_ends_after_its_share_of_requests)
{
    settings.limits.requests_per_connection = 2;
    client c(start());
    c.get("/hello");
    c.get("/hello");
    c.get("/hello");
    const auto all = c.read_all();
    BOOST_TEST(count(all, "HTTP/1.1 200 OK") == 2u);
    BOOST_TEST(count(all, "Connection: close") == 1u);
}

BOOST_AUTO_TEST_CASE(one_connection_too_many_is_told_so)
{
    settings.limits.connections = 1;
    client first(start());
    first.get("/hello");
    first.read(15);
    client second(server->addresses().front());
    BOOST_TEST(second.read_all().starts_with("HTTP/1.1 503 "));
}

BOOST_AUTO_TEST_CASE(a_refused_body_is_answered_though_the_client_still_sends)
{
    client c(start());
    c.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n");
    c.send(std::string(8'000'000, 'x'));
    const auto all = c.read_all();
    BOOST_TEST(all.starts_with("HTTP/1.1 413 "));
    BOOST_TEST((c.last_error == boost::asio::error::eof)); // not a reset
}

BOOST_AUTO_TEST_CASE(stopping_waits_for_the_handler_that_runs)
{
    client c(start());
    c.get("/held");
    started.wait();
    server->stop();
    released.count_down();
    server->wait();
    const auto all = c.read_all();
    BOOST_TEST(all.starts_with("HTTP/1.1 200 OK"));
    BOOST_TEST(count(all, "Connection: close") == 1u);
    BOOST_TEST(all.ends_with("held"));
}

BOOST_AUTO_TEST_CASE(a_request_that_reaches_an_idle_connection_while_draining_is_answered)
{
    client c(start());
    c.get("/hello");
    BOOST_TEST(c.read(15) == "HTTP/1.1 200 OK");
    server->stop();
    c.get("/hello");
    const auto all = c.read_all();
    BOOST_TEST(count(all, "HTTP/1.1 200 OK") == 1u);
    BOOST_TEST(count(all, "Connection: close") == 1u);
    server->wait();
}

BOOST_AUTO_TEST_CASE(a_second_stop_cuts_connections_but_not_handlers)
{
    client c(start());
    c.get("/held");
    started.wait();
    server->stop();
    server->stop();
    released.count_down();
    server->wait();
    BOOST_TEST(c.read_all() == "");
}

BOOST_AUTO_TEST_CASE(an_address_that_is_taken_or_malformed_is_named)
{
    const auto names = [](const std::string& text) {
        return [text](const std::runtime_error& e) { return std::string(e.what()).find(text) != std::string::npos; };
    };
    const std::string taken = start();
    settings.listen = {taken};
    BOOST_CHECK_EXCEPTION(http::server(settings, routes, clock), std::runtime_error, names(taken));
    for (const char* bad : {"127.0.0.1", "nowhere:1", "127.0.0.1:70000", "127.0.0.1:x", ":80"}) {
        settings.listen = {bad};
        BOOST_CHECK_EXCEPTION(http::server(settings, routes, clock), std::runtime_error, names(bad));
    }
}

BOOST_AUTO_TEST_CASE(a_response_field_cannot_carry_a_line_break)
{
    response r(status::ok);
    for (const char* bad : {"a\r\nSet-Cookie: x", "a\nb", "a\rb"})
        BOOST_CHECK_THROW(r.set("X", bad), std::invalid_argument);
    BOOST_CHECK_THROW(r.set("X\r\nY", "v"), std::invalid_argument);
    BOOST_TEST(r.set("X", "v").header("x") == "v");
}

BOOST_AUTO_TEST_SUITE_END()
