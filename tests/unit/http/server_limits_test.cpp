// What one client may ask of the server in this process, and what it gets when it asks for more.
#include "http/connection.hpp"
#include "server_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <semaphore>
#include <thread>

using namespace watchword;
using namespace watchword::test;

namespace {

// Keeps its I/O thread, as a machine that stops for a while does.
struct thread_holder {
    std::counting_semaphore<>* began;
    std::counting_semaphore<>* may_end;
    core::task<http::response> operator()(http::request&) const
    {
        began->release();
        may_end->acquire();
        co_return http::response(http::status::ok, "text/plain", "kept");
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(server_limits, server_fixture)

// The thread is held up twice: until the sweep is due, and then, with the sweep next in its queue, until the idle
// client's time is over.
BOOST_AUTO_TEST_CASE(an_idle_client_whose_request_waits_for_a_thread_that_was_held_up_is_answered)
{
    std::counting_semaphore<> began(0), may_end(0);
    routes.add(http::method::get, "/keeps", thread_holder{&began, &may_end});
    settings.threads = 1;
    settings.limits.idle_timeout = std::chrono::milliseconds(100);
    client idle(start()), first(server->addresses().front()), second(server->addresses().front());
    for (client* each : {&first, &second, &idle}) {
        each->get("/hello");
        while (each->receive(1000).find("hello") == std::string::npos) {
        }
    }
    first.get("/keeps");
    began.acquire();
    second.get("/keeps");
    std::this_thread::sleep_for(http::sweep_interval + std::chrono::milliseconds(50));
    may_end.release();
    began.acquire();
    idle.get("/hello");
    std::this_thread::sleep_for(http::sweep_interval + settings.limits.idle_timeout);
    may_end.release();
    BOOST_TEST(idle.receive(1000).starts_with("HTTP/1.1 200 OK"));
    BOOST_TEST(second.receive(1000).starts_with("HTTP/1.1 200 OK"));
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

BOOST_AUTO_TEST_CASE(a_handler_that_takes_too_long_is_answered_for)
{
    settings.limits.handler_timeout = std::chrono::milliseconds(100);
    client c(start());
    c.get("/hello");
    c.get("/held"); // the answer to the first must come first
    const auto all = c.read_all();
    BOOST_TEST(all.starts_with("HTTP/1.1 200 OK\r\n"));
    const auto second = all.substr(std::min(all.size(), all.find("hello") + 5));
    BOOST_TEST(second.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), all);
    BOOST_TEST(count(second, "Connection: close\r\n") == 1u);
    BOOST_TEST(count(second, "Retry-After: 1\r\n") == 1u);
    BOOST_TEST(count(second, "handler_timeout") == 1u);
    BOOST_TEST(server->connections() == 1u); // the handler still runs
    released.count_down();
    while (server->connections() != 0) std::this_thread::yield();
}

BOOST_AUTO_TEST_CASE(a_stream_that_stalls_is_cut)
{
    settings.limits.handler_timeout = std::chrono::milliseconds(100);
    client c(start());
    c.get("/stalled");
    const auto all = c.read_all();
    BOOST_TEST(count(all, "Transfer-Encoding: chunked\r\n") == 1u);
    BOOST_TEST(!all.ends_with("0\r\n\r\n"));
    BOOST_TEST(count(all, "503") == 0u);
    released.count_down();
}

BOOST_AUTO_TEST_CASE(a_body_that_trickles_is_given_up)
{
    settings.limits.body_rate = 1'000'000;
    settings.limits.rate_grace = std::chrono::milliseconds(100);
    client c(start());
    c.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf");
    BOOST_TEST(c.read_all().starts_with("HTTP/1.1 408 "));
}

BOOST_AUTO_TEST_CASE(a_body_that_comes_fast_enough_is_not)
{
    settings.limits.body_rate = 1;
    settings.limits.rate_grace = std::chrono::milliseconds(0);
    client c(start());
    c.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 103\r\nConnection: close\r\n\r\n" +
           std::string(100, 'x'));
    const auto later = std::chrono::steady_clock::now() + std::chrono::milliseconds(700); // more than two sweeps
    while (std::chrono::steady_clock::now() < later) std::this_thread::yield();
    c.send("xyz");
    BOOST_TEST(c.read_all().ends_with("xyz"));
}

BOOST_AUTO_TEST_CASE(a_reader_that_trickles_is_given_up)
{
    settings.limits.response_rate = 1'000'000'000;
    settings.limits.rate_grace = std::chrono::milliseconds(100);
    client c(start(), 4096);
    c.get("/big");
    std::size_t taken = 0;
    while (server->connections() != 0) taken += c.receive_now(1); // all the time, but not enough
    BOOST_TEST(taken < big.size());
}

BOOST_AUTO_TEST_CASE(a_client_may_have_so_many_connections)
{
    settings.limits.connections_per_address = 2;
    const auto& address = start();
    client first(address), second(address);
    first.get("/hello");
    first.read(15);
    second.get("/hello");
    second.read(15);
    client third(address);
    const auto refused = third.read_all();
    BOOST_TEST(refused.starts_with("HTTP/1.1 429 "), refused);
    BOOST_TEST(count(refused, "Retry-After: 1\r\n") == 1u);
    BOOST_TEST(client(address, 0, "127.0.0.2").last_get("/hello").starts_with("HTTP/1.1 200 ")); // another client
    second.close();
    while (!client(address).last_get("/hello").starts_with("HTTP/1.1 200 ")) std::this_thread::yield();
}

BOOST_AUTO_TEST_CASE(some_clients_are_not_counted)
{
    settings.limits.connections_per_address = 1;
    settings.uncounted = core::network_list::parse({"127.0.0.0/8"}).value();
    const auto& address = start();
    client first(address), second(address);
    for (auto* c : {&first, &second}) c->get("/hello");
    for (auto* c : {&first, &second}) BOOST_TEST(c->read(15) == "HTTP/1.1 200 OK");
}

BOOST_AUTO_TEST_CASE(a_refused_client_can_read_why_though_it_has_sent_its_request)
{
    settings.limits.connections = 1;
    client first(start());
    first.get("/hello");
    BOOST_TEST(first.read(15) == "HTTP/1.1 200 OK");
    for (int i = 0; i < 20; ++i) {
        client other(server->addresses().front());
        other.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x'));
        BOOST_TEST(other.read_all().starts_with("HTTP/1.1 503 "));
        BOOST_TEST(!other.was_reset); // not a reset
    }
}

BOOST_AUTO_TEST_SUITE_END()
