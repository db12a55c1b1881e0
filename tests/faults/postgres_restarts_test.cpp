// F16 and F1: PostgreSQL is restarted, killed or loses its postmaster under load, and so is the server on it.
#include "postgres_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <sstream>

namespace {

using namespace watchword::test;

constexpr milliseconds served_after(2000); // that PostgreSQL is back

struct restarts {
    postgres_service s;
    std::unique_ptr<server_process> server = s.start({"--set", "database.timeout=2s"});

    // Under load, PostgreSQL goes down as `stop` does it, and comes back after a while.
    void check(const std::string& what, const std::function<void()>& stop)
    {
        const std::string known = "known-" + what.substr(0, 4) + "@b.test";
        BOOST_REQUIRE(status_of_sign_up(server->address(), known) == 201);
        latencies first, steady;
        for (std::size_t round = 0, count = how_many(1, 10); round < count; ++round) {
            const auto prefix = what.substr(0, 4) + std::to_string(round) + "-";
            load_settings settings;
            settings.prefix = prefix;
            settings.connections = 32;
            settings.log_in_every = 10;
            ledger_load load(server->address(), s.directory / prefix, settings);
            askers people(server->address(), "asker-" + prefix, 4);
            BOOST_REQUIRE(comes_true([&] { return load.counts().acknowledged > 100; }));

            stop();
            BOOST_TEST(status_of_sign_up(server->address(), prefix + "while-down@b.test") == 503);
            BOOST_TEST(status_of_login(server->address(), known) == 503);
            BOOST_TEST(is_live(server->address()));
            s.postgres.start();
            const auto back = steady_clock::now();
            const auto took = until_served(server->address(), back);
            first.add(took.first);
            steady.add(took.steady);
            BOOST_TEST((took.first <= at_most(served_after)), took);
            BOOST_TEST(comes_true([&] { return load.counts().last > back && people.counts().last_right > back; }));
            load.stop();
            people.check("F16 " + what, at_most(milliseconds(5000)));
            s.check("F16 " + what, s.directory / prefix, prefix, server->address(), load.counts());
        }
        std::ostringstream text;
        text << "F16 " << what << ": from PostgreSQL's return to a sign-up, a login and a list: " << first
             << "; until nothing failed any more: " << steady;
        report(text.str());
        BOOST_TEST(server->stop() == 0);
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(f16_postgres_restarts)

BOOST_FIXTURE_TEST_CASE(a_fast_restart_loses_nothing, restarts)
{
    check("fast restart", [&] { s.postgres.stop(); });
}

BOOST_FIXTURE_TEST_CASE(an_immediate_restart_loses_nothing, restarts)
{
    check("immediate restart", [&] { s.postgres.kill(); });
}

BOOST_FIXTURE_TEST_CASE(a_kill_of_the_postmaster_loses_nothing, restarts)
{
    check("postmaster killed", [&] { s.postgres.kill_postmaster(); });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(f01_postgres_kills)

BOOST_FIXTURE_TEST_CASE(a_kill_of_the_server_loses_no_acknowledged_sign_up, postgres_service)
{
    const std::uint32_t seed = std::random_device()();
    std::mt19937 random(seed);
    std::uniform_int_distribution<int> moments(0, 150);
    const auto count = how_many(3, 100);
    ledger_verdict all;
    latencies returns;
    std::size_t least_under_way = static_cast<std::size_t>(-1);
    for (std::size_t round = 0; round < count; ++round) {
        const auto prefix = std::to_string(round) + "-";
        auto server = start();
        load_settings settings;
        settings.prefix = prefix;
        settings.connections = 192;
        settings.log_in_every = 20;
        ledger_load load(server->address(), directory / prefix, settings);
        BOOST_REQUIRE(comes_true([&] { return load.counts().acknowledged > 0; }));
        std::this_thread::sleep_for(milliseconds(moments(random))); // the fault's own time: it may be any
        std::size_t under_way = 0;
        BOOST_REQUIRE(comes_true([&] { return (under_way = load.counts().under_way) >= least_under_load; }));
        least_under_way = std::min(least_under_way, under_way);
        server->kill();
        load.stop();
        BOOST_TEST(load.counts().strange == 0u, load.counts().example);

        const auto begin = steady_clock::now();
        const auto next = start();
        BOOST_TEST(is_live(next->address()));
        returns.add(steady_clock::now() - begin);
        const auto v = check_ledger(directory / prefix, prefix, postgres_accounts(postgres, url), next->address(), 60);
        BOOST_TEST(v.wrong() == 0u, v.example);
        all.add(v);
        BOOST_TEST(next->stop() == 0);
    }
    BOOST_TEST(postgres_damage(url) == "");
    BOOST_TEST(least_under_way >= least_under_load);
    std::ostringstream text;
    text << "F1 PostgreSQL, kills survived " << count << " (seed " << seed << "), sign-ups acknowledged "
         << all.acknowledged << ", lost " << all.lost << "; unanswered at the kill " << all.unknown << " of which "
         << all.unknown_kept << " had been committed; under way at a kill, at least " << least_under_way
         << "; logins tried " << all.logins << ", failed " << all.failed_logins
         << "; first answer after a start: " << returns;
    report(text.str());
}

BOOST_AUTO_TEST_SUITE_END()
