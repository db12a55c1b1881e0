// The program is replaced under clients that go on as if nothing was: no request fails, nobody is refused or reset,
// nothing that was acknowledged is lost.
#include "takeover_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>

using namespace watchword::test;

BOOST_AUTO_TEST_SUITE(takeover)

BOOST_AUTO_TEST_CASE(a_new_server_takes_the_place_of_the_old_one_and_no_request_is_lost)
{
    service s;
    const auto running = check_takeovers(s, "a new process each time", how_many(10, 100));
    running->signal(SIGTERM);
    BOOST_TEST(running->wait() == 0);
    BOOST_TEST(query_sqlite(s.directory / "watchword.db", "PRAGMA integrity_check") == "ok\n");
}

BOOST_AUTO_TEST_CASE(a_signal_upgrades_it_in_place)
{
    service s;
    check_upgrades(s, "in place", how_many(5, 50));
}

BOOST_AUTO_TEST_CASE(one_that_cannot_start_changes_nothing)
{
    service s;
    const auto running = s.start_ready();
    std::list<ledger_client> clients;
    start_clients(clients, s.address, 6);
    for (int i = 0; i < 3; ++i) {
        await_answers(clients, 100);
        const auto failing = s.start({"--secret-file", s.directory / "nowhere"});
        BOOST_TEST(failing->wait() == 1);
        BOOST_TEST(contains(failing->errors(), "nowhere"), failing->errors());
    }
    await_answers(clients, 100);
    BOOST_TEST_REQUIRE(running->await_error_line("has ended before it was ready").has_value());
    const auto next = s.start_ready(); // and another one can
    BOOST_TEST(running->wait() == 0);
    check_promises(s, clients, "after three that failed", 1, {});
}

BOOST_AUTO_TEST_CASE(after_one_that_fails_with_the_database_the_old_one_begins_anew)
{
    service s;
    const auto running = s.start_ready();
    std::list<ledger_client> clients;
    start_clients(clients, s.address, 6);
    await_answers(clients, 100);
    const auto failing = s.start({"--database", "sqlite:" + (s.directory / "nowhere/watchword.db"), "--secret-file",
                                  s.directory / "watchword.db.secret"});
    BOOST_TEST(failing->wait() == 1);
    BOOST_TEST(s.manager.await_ready() == running->id());
    BOOST_TEST(contains(running->errors(), "this one begins anew"), running->errors());
    await_answers(clients, 100);
    check_promises(s, clients, "one that failed", 1, {});
    running->signal(SIGTERM);
    BOOST_TEST(running->wait() == 0);
}

BOOST_AUTO_TEST_CASE(the_service_manager_is_told_what_goes_on)
{
    service s;
    environment watched{{"WATCHDOG_USEC", "300000"}};
    const auto running = s.start({}, watched);
    BOOST_TEST(s.manager.await_ready() == running->id());
    for (int i = 0; i < 3; ++i) s.manager.await("WATCHDOG=1");
    running->signal(SIGHUP);
    BOOST_TEST(contains(s.manager.await("RELOADING=1"), "MONOTONIC_USEC="));
    BOOST_TEST(s.manager.await_ready() == running->id());
    running->signal(SIGTERM);
    s.manager.await("STOPPING=1");
    BOOST_TEST(running->wait() == 0);
}

// Clients that send or read slowly would hold up those who wait for the new server.
BOOST_AUTO_TEST_CASE(slow_clients_hold_up_nobody)
{
    service s;
    const auto running = s.start_ready();
    std::list<http_client> slow;
    for (int i = 0; i < 8; ++i) {
        slow.emplace_back(s.address);
        slow.back().send("POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
    }
    const auto begin = steady_clock::now();
    const auto next = s.start_ready();
    BOOST_TEST((steady_clock::now() - begin < at_most(std::chrono::seconds(8)))); // of 30 that a drain may take
    BOOST_TEST(running->wait() == 0);
    for (auto& each : slow) BOOST_TEST(each.read_response().status == 408);
    BOOST_TEST(http_client(s.address).get("/health/live").status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
