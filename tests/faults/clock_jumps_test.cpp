// F15: the wall clock jumps. Time that passes, which deadlines are made of, does not.
#include "store_fixture.hpp"
#include "support/fake_clock.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <ctime>

namespace {

using namespace watchword::test;

boost::test_tools::assertion_result can_fake_time(boost::unit_test::test_unit_id)
{
    if (is_sanitized) return unless("sanitizers and libfaketime both want to be loaded first");
    return unless(fake_clock::library().empty() ? "libfaketime is not installed" : "");
}

// A server whose wall clock is the test's.
struct faked_server {
    static constexpr long lifetime = 1800;
    temporary_directory directory, elsewhere;
    std::string database = directory / "watchword.db";
    fake_clock clock{elsewhere / "clock"};
    std::unique_ptr<server_process> server;

    faked_server()
    {
        server = std::make_unique<server_process>(
            directory.path(), cheap_passwords() + set({"tokens.lifetime=" + std::to_string(lifetime) + "s"}),
            clock.variables());
    }

    // Twice on one connection: the second time it may be remembered.
    int status_of(const std::string& token)
    {
        http_client client(server->address());
        const int first = client.get("/user", token).status;
        BOOST_TEST(client.get("/user", token).status == first);
        return first;
    }
};

constexpr long hour = 3600, day = 24 * hour;

} // namespace

BOOST_AUTO_TEST_SUITE(f15_clock_jumps, *boost::unit_test::precondition(can_fake_time))

BOOST_AUTO_TEST_CASE(tokens_expire_by_the_clock_and_nothing_else_depends_on_it)
{
    faked_server s;
    const auto first = sign_up_known(s.server->address());
    load_settings busy;
    busy.connections = 32;
    busy.log_in_every = 5;
    ledger_load load(s.server->address(), s.elsewhere / "ledger", busy);
    const long to_2038 = (1L << 31) - 2 - std::time(nullptr); // so that the test passes 2^31 seconds
    for (const long ahead : {hour, 0L, -hour, day, -day, 0L, to_2038, to_2038 + day, -10 * 365 * day, 0L}) {
        s.clock.set(ahead);
        const int expected = ahead < faked_server::lifetime ? 200 : 401;
        BOOST_TEST(s.status_of(first) == expected, "the clock jumped to " << ahead);
        http_client client(s.server->address());
        const auto fresh = token_of(client.form_post("/login", credentials(known_email)));
        BOOST_TEST(s.status_of(fresh) == 200, "a new token after the clock jumped to " << ahead);
        s.clock.set(ahead + faked_server::lifetime + 60);
        BOOST_TEST(s.status_of(fresh) == 401, "an old token after the clock jumped to " << ahead);
        BOOST_TEST(are_acknowledged(load, 20));
    }
    s.clock.set(0);
    check_nothing_lost(load, s.elsewhere / "ledger", "a-", s.database, s.server->address(), "F15 clock jumps");
    const auto counts = load.counts();
    BOOST_TEST(counts.unavailable == 0u);
    BOOST_TEST(counts.unanswered == 0u);
    BOOST_TEST(counts.failed_logins == 0u, counts.example);
    BOOST_TEST((counts.longest < at_most(milliseconds(2000))));
    BOOST_TEST(s.server->stop() == 0);
}

BOOST_AUTO_TEST_CASE(who_waits_in_a_queue_waits_neither_longer_nor_shorter)
{
    faked_server s;
    sign_up_known(s.server->address());
    for (const long ahead : {day, -day}) {
        s.clock.set(0);
        process lock({"python3", "-c",
                      "import sqlite3, sys, time\n"
                      "database = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)\n"
                      "database.execute('BEGIN IMMEDIATE')\n"
                      "print('held', file=sys.stderr, flush=True)\n"
                      "time.sleep(60)\n",
                      s.database});
        BOOST_REQUIRE(lock.await_error_line("held"));
        http_client client(s.server->address());
        const auto email = std::to_string(ahead) + "@b.test";
        const auto begin = steady_clock::now();
        client.send(form_request("/signup", registration(email)));
        http_client other(s.server->address()); // once it is answered, the sign-up waits for the lock, or soon will
        token_of(other.form_post("/login", credentials(known_email)));
        s.clock.set(ahead);
        token_of(other.form_post("/login", credentials(known_email)));
        lock.signal(SIGKILL);
        lock.wait();
        BOOST_TEST(client.read_response().status == 201);
        BOOST_TEST((steady_clock::now() - begin < at_most(milliseconds(4000))));
    }
    BOOST_TEST(s.server->stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
