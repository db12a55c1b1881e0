// What load balancers and probes ask.
#include "e2e_fixture.hpp"
#include "support/postgres_server.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <stdexcept>

namespace {

using namespace watchword::test;

struct ready_answer {
    int status;
    std::string body, retry_after;
};

ready_answer ask(http_client& client)
{
    const auto r = client.get("/health/ready");
    return {r.status, r.body, r.header("Retry-After")};
}

bool refuses_connections(const std::string& address)
{
    try {
        const http_client late(address);
        return false;
    } catch (const std::runtime_error&) {
        return true;
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(health)

BOOST_AUTO_TEST_CASE(a_server_that_works_is_ready_and_says_no_more)
{
    running_server s;
    const auto r = ask(s.client);
    BOOST_TEST(r.status == 200);
    BOOST_TEST(r.body == "{\"status\":\"ready\"}\n");
    BOOST_TEST(s.client.get("/openapi.json").body.find("\"/health/ready\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_database_that_is_gone_makes_it_unready_and_one_that_is_back_ready)
{
    postgres_server postgres;
    const temporary_directory directory;
    write_file(directory / "secret", "a secret of the test, 40 bytes in length\n");
    server_process server(directory.path(),
                          {"--database", postgres.create_database(), "--secret-file", directory / "secret"});
    http_client client(server.address());
    BOOST_TEST(ask(client).status == 200);
    postgres.stop();
    BOOST_TEST(comes_true([&] { return ask(client).status == 503; }));
    BOOST_TEST(comes_true([&] { return contains(ask(client).body, "\"database\""); }));
    const auto r = ask(client);
    BOOST_TEST(r.body.starts_with("{\"status\":\"not_ready\",\"failing\":["), r.body);
    BOOST_TEST(r.retry_after == "1");
    BOOST_TEST(client.get("/health/live").status == 200);
    postgres.start();
    BOOST_TEST(comes_true([&] { return ask(client).status == 200; }));
}

BOOST_AUTO_TEST_CASE(who_drains_is_not_ready)
{
    running_server s;
    BOOST_TEST(ask(s.client).status == 200);
    s.client.send("GET /health/ready HTTP/1.1\r\nHost: x\r\n"); // and is waited for
    s.server.child().signal(SIGTERM);
    BOOST_REQUIRE(comes_true([&] { return refuses_connections(s.server.address()); }));
    s.client.send("\r\n");
    const auto r = s.client.read_response();
    BOOST_TEST(r.status == 503);
    BOOST_TEST(r.body == "{\"status\":\"not_ready\",\"failing\":[\"draining\"]}\n");
    BOOST_TEST(r.header("Connection") == "close");
    BOOST_TEST(s.server.child().wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
