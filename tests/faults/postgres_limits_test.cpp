// F20: PostgreSQL has no connection to spare, somebody else's locks are in the way, statements take too long or fail
// for reasons that another try would not have.
#include "postgres_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <sstream>

namespace {

using namespace watchword::test;

constexpr milliseconds timeout(500); // database.timeout
const auto answered_by = at_most(2 * timeout + milliseconds(900));
constexpr milliseconds served_after(2000);

struct limited {
    postgres_service s;
    tcp_gate gate{s.postgres.socket()};
    server_process server;

    // As a user that has its database, but is no superuser unless it is `postgres`.
    explicit limited(const std::string& user = "postgres")
        : server(s.directory.path(), s.arguments(through(gate, owned_by(user), user), set({"database.timeout=500ms"})))
    {}

    const std::string& owned_by(const std::string& user)
    {
        if (user == "postgres") return s.url;
        s.postgres.query(s.url, "CREATE ROLE " + user + " LOGIN");
        s.postgres.query(s.url, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO " + user +
                                    "', current_database()); END $$");
        return s.url;
    }
    std::string url_of(const std::string& user) const { return "postgresql://" + user + s.url.substr(s.url.find('@')); }

    std::unique_ptr<ledger_load> start_load()
    {
        load_settings settings;
        settings.connections = 16;
        settings.log_in_every = 10;
        return std::make_unique<ledger_load>(server.address(), s.directory / "ledger", settings);
    }

    // Everybody was answered in time while it was bad, and after it nothing is left of it.
    void check_recovery(const std::string& what, ledger_load& load, steady_clock::time_point back)
    {
        const auto took = until_served(server.address(), back);
        BOOST_TEST((took.first <= at_most(served_after)), took);
        BOOST_TEST(comes_true([&] { return load.counts().last > back; }));
        load.stop();
        BOOST_TEST((load.counts().longest <= answered_by), load.counts().longest.count());
        s.check(what, s.directory / "ledger", "a-", server.address(), load.counts());
        std::ostringstream text;
        text << what << ": served again after " << took;
        report(text.str());
        BOOST_TEST(server.stop() == 0);
    }
};

// What a test's trigger does to a sign-up before the row is added.
void add_trigger(postgres_service& s, const std::string& body)
{
    s.postgres.query(s.url, "CREATE SEQUENCE attempts");
    s.postgres.query(s.url, "CREATE FUNCTION disturb() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " + body +
                                " RETURN NEW; END $$");
    s.postgres.query(s.url, "CREATE TRIGGER disturb BEFORE INSERT ON \"user\" FOR EACH ROW EXECUTE FUNCTION disturb()");
}

} // namespace

BOOST_AUTO_TEST_SUITE(f20_postgres_limits)

BOOST_AUTO_TEST_CASE(others_hold_every_connection)
{
    auto& postgres = shared_postgres();
    postgres.stop();
    postgres.start({"max_connections=15", "superuser_reserved_connections=5"}); // the reserve is this test's own
    {
        limited l("plain");
        const auto load = l.start_load();
        BOOST_REQUIRE(comes_true([&] { return load->counts().acknowledged > 50; }));
        l.gate.refuse(); // the server's own become free, and others are quicker
        const std::string plain_ones = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'plain'";
        BOOST_REQUIRE(comes_true([&] { return postgres.query(postgres.url(), plain_ones) == "0\n"; }));
        std::list<other_session> others;
        try {
            for (;;) others.emplace_back(l.url_of("plain"), std::vector<std::string>{});
        } catch (const std::runtime_error& e) {
            BOOST_TEST(contains(e.what(), "connection slots are reserved"), e.what());
        }
        BOOST_TEST(others.size() == 10u);
        l.gate.pass();
        const auto until = steady_clock::now() + 2 * timeout;
        while (steady_clock::now() < until) {
            BOOST_TEST(status_of_sign_up(l.server.address(), "too-many@b.test") == 503);
            BOOST_TEST(is_live(l.server.address()));
            std::this_thread::sleep_for(milliseconds(20));
        }
        for (auto& each : others) each.end(postgres);
        l.check_recovery("F20 too many connections", *load, steady_clock::now());
    }
    postgres.stop(); // the next case finds the usual number
}

BOOST_FIXTURE_TEST_CASE(the_table_is_locked_by_somebody_else, limited)
{
    const auto load = start_load();
    BOOST_REQUIRE(comes_true([&] { return load->counts().acknowledged > 50; }));
    for (const std::string mode : {"SHARE", "ACCESS EXCLUSIVE"}) {
        other_session other(s.url, {"BEGIN", "LOCK TABLE \"user\" IN " + mode + " MODE"});
        const auto until = steady_clock::now() + 2 * timeout;
        while (steady_clock::now() < until) {
            BOOST_TEST(status_of_sign_up(server.address(), "locked@b.test") == 503);
            BOOST_TEST(is_live(server.address()));
        }
        other.end(s.postgres);
        const auto took = until_served(server.address(), steady_clock::now());
        BOOST_TEST((took.first <= at_most(served_after)), mode << " " << took);
    }
    check_recovery("F20 the table was locked", *load, steady_clock::now());
}

BOOST_FIXTURE_TEST_CASE(a_statement_takes_too_long, limited)
{
    add_trigger(s, "IF NEW.email LIKE 'slow%' THEN PERFORM pg_sleep(30); END IF;");
    const auto load = start_load();
    for (std::size_t i = 0, count = how_many(2, 10); i < count; ++i) {
        const auto begin = steady_clock::now();
        BOOST_TEST(status_of_sign_up(server.address(), "slow@b.test") == 503);
        BOOST_TEST((steady_clock::now() - begin <= answered_by));
    }
    BOOST_TEST(status_of_login(server.address(), "slow@b.test") == 401);
    check_recovery("F20 statements that took too long", *load, steady_clock::now());
}

BOOST_FIXTURE_TEST_CASE(transactions_fail_that_might_have_succeeded, limited)
{
    add_trigger(s, "IF nextval('attempts') % 7 = 0 THEN RAISE EXCEPTION 'of the test' USING ERRCODE = '40001'; END IF; "
                   "IF currval('attempts') % 11 = 0 THEN RAISE EXCEPTION 'of the test' USING ERRCODE = '40P01'; END "
                   "IF;");
    const auto load = start_load();
    BOOST_TEST(comes_true([&] { return load->counts().acknowledged > how_many(200, 2000); }));
    s.postgres.query(s.url, "DROP TRIGGER disturb ON \"user\"");
    check_recovery("F20 serialization failures", *load, steady_clock::now());
}

// Each waits for what the other holds, until PostgreSQL ends one of the two.
BOOST_FIXTURE_TEST_CASE(deadlocks_with_somebody_else, limited)
{
    s.postgres.query(s.url, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = ''5ms''', "
                            "current_database()); END $$");
    gate.cut(); // new connections know it
    add_trigger(s, "PERFORM pg_advisory_xact_lock(1); PERFORM pg_sleep(0.002); PERFORM pg_advisory_xact_lock(2);");
    const auto load = start_load();
    const std::string backwards = "BEGIN; SELECT pg_advisory_xact_lock(2); SELECT pg_sleep(0.002); "
                                  "SELECT pg_advisory_xact_lock(1); COMMIT;\n";
    std::string many;
    for (int i = 0; i < 2000; ++i) many += backwards;
    write_file(s.directory / "backwards.sql", many);
    process other(
        {postgres_server::program("psql"), "--no-psqlrc", "--quiet", "--file", s.directory / "backwards.sql", s.url});
    const auto deadlocks = [&] {
        return std::stoul(s.postgres.query(s.url, "SELECT deadlocks FROM pg_stat_database WHERE datname = "
                                                  "current_database()"));
    };
    const auto wanted = how_many(8, 100);
    BOOST_TEST(comes_true([&] { return deadlocks() >= wanted; }, std::chrono::seconds(60)));
    const auto met = deadlocks();
    other.signal(SIGKILL);
    check_recovery("F20 " + std::to_string(met) + " deadlocks", *load, steady_clock::now());
}

BOOST_AUTO_TEST_SUITE_END()
