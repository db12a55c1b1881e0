// Connections of the running server.
#include "e2e_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword::test;

} // namespace

BOOST_FIXTURE_TEST_SUITE(connections, running_server)

BOOST_AUTO_TEST_CASE(one_connection_carries_many_requests)
{
    for (int i = 0; i < 100; ++i) {
        BOOST_TEST(client.get("/health/live").status == 200);
        BOOST_TEST(client.get("/nowhere").status == 404);
        BOOST_TEST(client.form_post("/login", {}).status == 401);
    }
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order)
{
    client.form_post("/signup", registration("a@b.test"));
    const name_values host{{"Host", "x"}};
    auto form = host;
    form.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    // The login takes its time; what stands behind it waits.
    std::string all = request_bytes("POST", "/login", form, encode_form(credentials("a@b.test")));
    for (int i = 0; i < 20; ++i)
        all += request_bytes("GET", "/user", host) + request_bytes("GET", "/nowhere", host) +
               request_bytes("POST", "/login", form, "email=nobody&password=x");
    client.send(all);
    token_of(client.read_response());
    for (int i = 0; i < 20; ++i) {
        BOOST_TEST(client.read_response().body == "{\"message\":\"Token is missing !!\"}\n");
        BOOST_TEST(client.read_response().status == 404);
        BOOST_TEST(client.read_response().header("WWW-Authenticate") == "Basic realm =\"User does not exist !!\"");
    }
}

BOOST_AUTO_TEST_CASE(a_request_may_come_byte_by_byte)
{
    client.form_post("/signup", registration("a@b.test"));
    const auto body = encode_form(credentials("a@b.test"));
    for (const char c :
         request_bytes("POST", "/login", {{"Host", "x"}, {"Content-Type", "application/x-www-form-urlencoded"}}, body))
        client.send({&c, 1});
    token_of(client.read_response());
}

BOOST_AUTO_TEST_CASE(a_client_that_stops_sending_still_gets_its_answer)
{
    client.send(request_bytes("GET", "/health/live", {{"Host", "x"}}));
    client.finish_sending();
    BOOST_TEST(client.read_response().status == 200);
    BOOST_TEST(client.is_closed());
}

BOOST_AUTO_TEST_CASE(the_client_decides_when_the_connection_closes)
{
    const auto last = client.exchange("GET", "/health/live", {{"Connection", "close"}});
    BOOST_TEST(last.status == 200);
    BOOST_TEST(last.header("Connection") == "close");
    BOOST_TEST(client.is_closed());
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_request_are_answered_400_and_the_connection_closed)
{
    client.send("hello\r\n\r\n");
    BOOST_TEST(client.read_response().status == 400);
    BOOST_TEST(client.is_closed());
    BOOST_TEST(http_client(server.address()).get("/health/live").status == 200);
}

BOOST_AUTO_TEST_CASE(head_has_the_headers_of_get_and_no_body)
{
    const auto get = client.get("/health/live");
    const auto head = client.exchange("HEAD", "/health/live");
    BOOST_TEST(head.status == 200);
    BOOST_TEST(head.header("Content-Length") == get.header("Content-Length"));
    BOOST_TEST(client.get("/health/live").body == get.body); // nothing was left on the connection
}

BOOST_AUTO_TEST_CASE(options_says_which_methods_a_path_knows)
{
    const auto options = client.exchange("OPTIONS", "/user");
    BOOST_TEST(options.status == 200);
    BOOST_TEST(options.body.empty());
    for (const auto* method : {"GET", "HEAD", "OPTIONS"})
        BOOST_TEST(options.header("Allow").find(method) != std::string::npos, options.header("Allow"));
    BOOST_TEST(client.exchange("OPTIONS", "/login").header("Allow").find("POST") != std::string::npos);
    const auto refused = client.exchange("DELETE", "/user");
    BOOST_TEST(refused.status == 405);
    BOOST_TEST(refused.header("Allow") == options.header("Allow"));
}

BOOST_AUTO_TEST_SUITE_END()
