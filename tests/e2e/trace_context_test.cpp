// A trace that a client is in can be found in what this server writes of it.
#include "e2e_fixture.hpp"
#include "printed_token.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using namespace watchword::test;

BOOST_AUTO_TEST_SUITE(trace_context)

BOOST_AUTO_TEST_CASE(the_access_log_and_the_audit_log_name_the_trace_and_a_hostile_header_leaves_nothing)
{
    const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736", parent = "00-" + trace + "-00f067aa0ba902b7-01";
    const temporary_directory directory;
    server_process server(directory.path(), {"--access-log", "--set", "passwords.memory_kib=8"});
    http_client client(server.address());
    const auto form = boost::json::serialize(boost::json::object{
        {"token", printed_token(server)}, {"email", "root@b.test"}, {"password", "correct horse battery staple"}});
    const auto made = client.exchange(
        "POST", "/v1/setup",
        {{"Content-Type", "application/json"}, {"traceparent", parent}, {"X-Request-Id", "of-the-set-up"}}, form);
    BOOST_TEST(made.status == 201, made.body);
    BOOST_TEST(made.header("traceresponse") == ""); // which level 1 does not have
    for (const auto& hostile : {"00-" + trace + "-00f067aa0ba902b7-01-evil", std::string("00-%0a-x-01"), trace})
        BOOST_TEST(client.exchange("GET", "/hostile", {{"traceparent", hostile}}).status == 404);
    BOOST_TEST(server.stop() == 0);

    const auto log = server.log();
    BOOST_TEST(contains(log, "\"request_id\":\"of-the-set-up\",\"trace_id\":\"" + trace + "\""));
    const auto first = log.find("/hostile");
    BOOST_REQUIRE(first != log.npos);
    BOOST_TEST(!contains(log.substr(log.rfind('\n', first)), trace));
    const auto noted = query_sqlite(directory / "watchword.db", "SELECT request_id, details FROM watchword_audit");
    BOOST_TEST(contains(noted, "of-the-set-up"), noted);
    BOOST_TEST(contains(noted, "\"trace_id\":\"" + trace + "\""), noted);
}

BOOST_AUTO_TEST_SUITE_END()
