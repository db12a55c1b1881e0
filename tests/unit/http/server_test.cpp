// The server in this process, over real sockets: what needs a handler of its own to be seen.
#include "server_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using namespace watchword::test;
using http::request;
using http::response;
using http::status;

} // namespace

BOOST_FIXTURE_TEST_SUITE(server, server_fixture)

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

// Seen from outside: a sequence of answers that come with one read of the client's.
BOOST_AUTO_TEST_CASE(a_burst_that_is_longer_than_a_read_is_answered_with_one_write)
{
    client c(start());
    std::string burst;
    for (int i = 0; i < 32; ++i)
        burst += "GET /hello HTTP/1.1\r\nHost: x\r\nX-Padding: " + std::string(400, 'p') + "\r\n\r\n";
    for (int round = 0; round < 20; ++round) {
        c.send(burst);
        std::string all = c.receive(64 * 1024);
        BOOST_TEST(count(all, "hello") == 32u);
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
    BOOST_TEST(!c.was_reset);
    client half(server->addresses().front());
    half.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf");
    half.shutdown_send();
    BOOST_TEST(half.read_all() == "");
}

BOOST_AUTO_TEST_CASE(a_refused_body_is_answered_though_the_client_still_sends)
{
    client c(start());
    c.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n");
    c.send(std::string(8'000'000, 'x'));
    const auto all = c.read_all();
    BOOST_TEST(all.starts_with("HTTP/1.1 413 "));
    BOOST_TEST(!c.was_reset); // not a reset
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
    BOOST_CHECK_EXCEPTION(http::server(settings, routes, clock, random), std::runtime_error, names(taken));
    for (const char* bad : {"127.0.0.1", "nowhere:1", "127.0.0.1:70000", "127.0.0.1:x", ":80"}) {
        settings.listen = {bad};
        BOOST_CHECK_EXCEPTION(http::server(settings, routes, clock, random), std::runtime_error, names(bad));
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
