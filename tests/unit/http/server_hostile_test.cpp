// What clients do that wish the server ill, or that are only unlucky in their timing.
#include "server_fixture.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <poll.h>
#include <thread>

using namespace watchword;
using namespace watchword::test;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

// Says where the request was sent to, and how long its body is.
core::task<http::response> describe(http::request& q)
{
    std::string text(q.path);
    text.append(" ").append(std::to_string(q.body.size())).append(" ").append(q.query);
    co_return http::response(http::status::ok, "text/plain", std::move(text));
}

struct throwing_stream {
    bool began = false;
    core::task<core::result<std::string>> operator()()
    {
        if (std::exchange(began, true)) throw std::runtime_error("nobody planned for this");
        co_return std::string("part");
    }
};
core::task<http::response> throw_while_streaming(http::request&)
{
    http::body_stream pieces(throwing_stream{});
    co_return http::response(http::status::ok, "text/plain", std::move(pieces));
}
core::task<http::response> nothing_with_a_body(http::request&)
{
    co_return http::response(http::status::no_content, "text/plain", "HTTP/1.1 200 OK\r\n\r\n");
}
core::task<http::response> nothing_streamed(http::request&)
{
    http::body_stream pieces(piece_stream{1, false});
    co_return http::response(http::status::no_content, "text/plain", std::move(pieces));
}

struct hostile_fixture : server_fixture {
    std::latch remembered{1};
    std::string client_seen;
    temporary_directory directory;

    hostile_fixture()
    {
        using http::method;
        routes.add(method::post, "/", describe);
        routes.add(method::get, "/throws", throw_while_streaming);
        routes.add(method::get, "/nothing", nothing_with_a_body);
        routes.add(method::get, "/nothing/streamed", nothing_streamed);
        routes.add(method::get, "/remember", remember{this});
    }
    struct remember {
        hostile_fixture* f;
        core::task<http::response> operator()(http::request& q) const
        {
            f->client_seen = q.remote_address;
            f->remembered.count_down();
            co_return http::response(http::status::ok, "text/plain", "");
        }
    };
};

struct release {
    void operator()(std::latch* held) const { held->count_down(); }
};

void reset(client& c)
{
    const ::linger at_once{1, 0};
    ::setsockopt(c.descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    c.close();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(server_hostile, hostile_fixture)

BOOST_AUTO_TEST_CASE(a_target_without_a_path_survives_a_body_that_outgrows_the_buffer)
{
    client c(start());
    for (const char* target : {"http://x", "http://x?a=b"}) {
        c.send("POST " + std::string(target) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
        c.send(std::string(100'000, 'x'));
        const std::string body = std::string("/ 100000 ") + (std::string(target).ends_with("b") ? "a=b" : "");
        std::string all;
        while (!all.ends_with(body)) all += c.read(1);
        BOOST_TEST(all.starts_with("HTTP/1.1 200 OK"));
    }
}

// A TCP client whose address is asked for too late is not one from a Unix-domain socket, which is trusted.
BOOST_AUTO_TEST_CASE(a_client_that_has_reset_its_connection_already_cannot_name_another)
{
    server = std::make_unique<http::server>(settings, routes, clock, random);
    client c(server->addresses().front());
    c.get("/remember", "X-Forwarded-For: 192.0.2.1\r\n");
    reset(c);
    client other(server->addresses().front());
    server->start();
    other.last_get("/hello");
    server->stop();
    server->wait();
    BOOST_TEST((client_seen.empty() || client_seen == "127.0.0.1"), client_seen);
}

BOOST_AUTO_TEST_CASE(a_stream_that_throws_never_looks_complete)
{
    client c(start());
    c.send("GET /throws HTTP/1.0\r\n\r\n"); // nothing but the end of the connection tells
    c.read_all();
    BOOST_TEST(c.was_reset);
    client broken(server->addresses().front());
    broken.send("GET /broken HTTP/1.0\r\n\r\n");
    broken.read_all();
    BOOST_TEST(broken.was_reset);
}

BOOST_AUTO_TEST_CASE(a_response_without_content_has_no_body)
{
    client c(start());
    c.get("/nothing");
    c.get("/nothing/streamed");
    const auto all = c.last_get("/hello");
    BOOST_TEST(count(all, "HTTP/1.1 204 No Content\r\n") == 2u);
    BOOST_TEST(count(all, "HTTP/1.1 200 OK\r\n") == 1u);
    BOOST_TEST(count(all, "Transfer-Encoding") == 0u);
    BOOST_TEST(count(all, "Content-Length") == 1u);
}

BOOST_AUTO_TEST_CASE(what_becomes_idle_while_draining_is_not_waited_for)
{
    settings.limits.rate_grace = 60s;
    client c(start(), 4096);
    c.get("/big"); // its end is not announced: there is no drain yet
    c.read(1);
    server->stop();
    const auto began = steady_clock::now();
    std::size_t size = 1;
    while (size < big.size()) size += c.receive(64 * 1024).size();
    c.read_all();
    server->wait();
    BOOST_TEST((steady_clock::now() - began < 10s)); // idle_timeout, and the drain_timeout, are longer
}

BOOST_AUTO_TEST_CASE(a_unix_socket_takes_no_more_clients_while_draining)
{
    settings.listen = {"unix:" + (directory / "socket")};
    client c(start());
    c.get("/held");
    started.wait();
    server->stop();
    std::unique_ptr<std::latch, release> let_go(&released); // whatever fails
    bool refused = false;
    for (const auto end = steady_clock::now() + 10s; !refused && steady_clock::now() < end;) {
        try {
            client late(server->addresses().front());
            std::this_thread::sleep_for(10ms); // or they fill its queue, and the next waits for ever
        } catch (const boost::system::system_error&) {
            refused = true;
        }
    }
    BOOST_TEST(refused);
    http::server next(settings, routes, clock, random); // which may take the place at once
    next.start();
    BOOST_TEST(client(next.addresses().front()).last_get("/hello").ends_with("hello"));
    let_go.reset();
    BOOST_TEST(c.read_all().ends_with("held"));
    server.reset();
    BOOST_TEST(client(next.addresses().front()).last_get("/hello").ends_with("hello"));
}

// As when whoever shares an inherited socket shuts it down.
BOOST_AUTO_TEST_CASE(a_socket_that_listens_no_more_costs_no_time)
{
    start();
    for (int fd = 0, value = 0; fd < 1000; ++fd) {
        ::socklen_t size = sizeof value;
        if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 && value != 0) ::shutdown(fd, SHUT_RDWR);
    }
    const auto used = [] {
        ::timespec t{};
        ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
    };
    const auto before = used();
    std::this_thread::sleep_for(500ms);
    BOOST_TEST((used() - before < 100ms));
}

BOOST_AUTO_TEST_CASE(a_server_that_was_made_long_ago_gives_its_first_clients_their_time)
{
    settings.limits.idle_timeout = 1s;
    server = std::make_unique<http::server>(settings, routes, clock, random);
    std::this_thread::sleep_for(1300ms);
    server->start();
    client c(server->addresses().front());
    ::pollfd p{c.descriptor(), POLLIN, 0};
    BOOST_TEST(::poll(&p, 1, 500) == 0); // a sweep later it is still there
}

BOOST_AUTO_TEST_SUITE_END()
