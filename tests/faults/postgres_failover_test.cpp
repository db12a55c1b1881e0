// F19: the primary dies and its standby takes over.
#include "postgres_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>

namespace {

using namespace watchword::test;

constexpr milliseconds served_after(5000); // the promotion

// A primary and whoever follows it, each behind a gate, so that they have addresses on a network.
struct cluster {
    std::unique_ptr<postgres_server> primary = std::make_unique<postgres_server>(quick_postgres());
    std::unique_ptr<postgres_server> standby;

    void add_standby(bool synchronous)
    {
        primary->query(primary->url(), std::string("ALTER SYSTEM SET synchronous_standby_names = '") +
                                           (synchronous ? "watched" : "") + "'");
        primary->query(primary->url(), "SELECT pg_reload_conf()");
        auto options = quick_postgres();
        options.settings.push_back("synchronous_standby_names="); // it will wait for nobody when it is the primary
        standby = std::make_unique<postgres_server>(*primary, "watched", options);
        const std::string state = synchronous ? "sync" : "async";
        BOOST_REQUIRE(comes_true([&] {
            return primary->query(primary->url(), "SELECT state, sync_state FROM pg_stat_replication") ==
                   "streaming|" + state + "\n";
        }));
    }
};

// The server knows both from the start, and is not touched.
void fail_over(cluster& c, bool synchronous)
{
    const std::string what = synchronous ? "F19 failover with a synchronous standby" : "F19 failover without one";
    c.add_standby(synchronous);
    postgres_service s(*c.primary);
    tcp_gate first(c.primary->socket()), second(c.standby->socket());
    const auto name = s.url.substr(s.url.find("@/") + 2, s.url.find('?') - s.url.find("@/") - 2);
    const auto url = "postgresql://postgres@" + first.address() + "," + second.address() + "/" + name +
                     "?target_session_attrs=read-write";
    server_process server(s.directory.path(), s.arguments(url, {"--set", "database.timeout=2s"}));
    load_settings settings;
    settings.connections = 32;
    settings.log_in_every = 10;
    ledger_load load(server.address(), s.directory / "ledger", settings);
    askers people(server.address(), "asker", 2);
    BOOST_REQUIRE(comes_true([&] { return load.counts().acknowledged > (is_long() ? 2000u : 200u); }));

    c.primary->kill_postmaster();
    const auto died = steady_clock::now();
    BOOST_TEST(status_of_sign_up(server.address(), "nobody-writes@b.test") == 503);
    BOOST_TEST(is_live(server.address()));
    c.standby->query(c.standby->url(), "SELECT pg_promote()");
    const auto promoted = steady_clock::now();
    const auto took = until_served(server.address(), promoted);
    BOOST_TEST((took.first <= at_most(served_after)), took);
    BOOST_TEST(comes_true([&] { return load.counts().last > promoted; }));
    load.stop();
    people.stop();

    const auto standby_url = c.standby->url(name);
    const auto v =
        check_ledger(s.directory / "ledger", "a-", postgres_accounts(*c.standby, standby_url), server.address(), 60);
    std::ostringstream text;
    text << what << ": sign-ups acknowledged " << v.acknowledged << ", lost " << v.lost << "; answered 503 "
         << load.counts().unavailable << "; promoted " << in_ms(promoted - died)
         << " after the death; after that, served again after " << took;
    report(text.str());
    BOOST_TEST(load.counts().strange == 0u, load.counts().example);
    if (synchronous) {
        BOOST_TEST(v.wrong() == 0u, v.example);
        BOOST_TEST(people.counts().wrong == 0u, people.counts().example);
    } else { // what was lost was PostgreSQL's promise to break, but what there is must be whole
        BOOST_TEST(v.wrong() == v.lost, v.example);
    }
    BOOST_TEST(postgres_damage(standby_url) == "");
    BOOST_TEST(server.stop() == 0);
}

} // namespace

BOOST_AUTO_TEST_SUITE(f19_postgres_failover)

BOOST_AUTO_TEST_CASE(a_standby_takes_over_and_has_what_was_acknowledged_if_it_is_synchronous)
{
    cluster c;
    fail_over(c, true);
    c.primary = std::move(c.standby);
    fail_over(c, false);
}

BOOST_AUTO_TEST_SUITE_END()
