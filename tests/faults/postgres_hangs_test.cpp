// F18: PostgreSQL, or the network before it, says nothing any more and refuses nothing either.
#include "network_namespaces.hpp"
#include "postgres_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <sstream>

namespace {

using namespace watchword::test;

constexpr milliseconds timeout(500); // database.timeout
// That any request may take: two uses of a connection, since the first may have its answer and hang at its end, each
// cut half a second after the time-out, and something for a busy machine.
const auto answered_by = at_most(2 * (timeout + milliseconds(500)) + milliseconds(400));
constexpr milliseconds served_after(2000); // that PostgreSQL goes on

std::vector<std::string> with_timeout()
{
    return set({"database.timeout=" + std::to_string(timeout.count()) + "ms"});
}

// Watches a server while its database hangs, and what it does when that goes on.
class hang {
public:
    hang(std::string what, postgres_service& s, server_process& server)
        : what_("F18 " + std::move(what)),
          s_(s),
          server_(server),
          load_(server.address(), s.directory / "ledger", settings()),
          logging_in_(server.address(), "asker", 2),
          listing_(server.address(), "lister", 2, false)
    {
        BOOST_REQUIRE(comes_true([&] { return load_.counts().acknowledged > 50; }));
        threads_ = threads_of(server.child().id());
        files_ = open_files(server.child().id());
    }

    void watch(milliseconds how_long)
    {
        const auto before = listing_.counts();
        const auto end = steady_clock::now() + how_long;
        while (steady_clock::now() < end) {
            const auto begin = steady_clock::now();
            BOOST_TEST(is_live(server_.address()));
            live_.add(steady_clock::now() - begin);
            most_threads_ = std::max(most_threads_, threads_of(server_.child().id()));
            most_files_ = std::max(most_files_, open_files(server_.child().id()));
            std::this_thread::sleep_for(milliseconds(20));
        }
        const auto begin = steady_clock::now();
        BOOST_TEST(status_of_sign_up(server_.address(), "hanging@b.test") == 503);
        BOOST_TEST((steady_clock::now() - begin <= answered_by));
        const auto after = listing_.counts();
        listed_ = after.right - before.right;
        refused_ = after.unavailable - before.unavailable;
    }

    void check_recovery()
    {
        const auto back = steady_clock::now();
        const auto took = until_served(server_.address(), back);
        BOOST_TEST((took.first <= at_most(served_after)), took);
        BOOST_TEST(comes_true([&] { return load_.counts().last > back && listing_.counts().last_right > back; }));
        load_.stop();
        const auto counts = load_.counts();
        BOOST_TEST((counts.longest <= answered_by), counts.longest.count());
        BOOST_TEST(counts.unanswered == 0u);
        logging_in_.check(what_ + ", logins", answered_by);
        listing_.check(what_ + ", known tokens", answered_by);
        s_.check(what_, s_.directory / "ledger", "a-", server_.address(), counts);
        check_figures(took);
        BOOST_TEST(server_.stop() == 0);
    }

private:
    static load_settings settings()
    {
        load_settings s;
        s.connections = 16;
        s.log_in_every = 10;
        return s;
    }

    // The connections to the database may be doubled while old ones are given up and new ones are tried.
    void check_figures(const recovery& took)
    {
        constexpr std::size_t more = 8;
        const auto id = server_.child().id();
        BOOST_TEST(most_threads_ <= threads_ + more);
        BOOST_TEST(most_files_ <= files_ + 2 * more);
        BOOST_TEST(comes_true([&] { return threads_of(id) <= threads_ + 1 && open_files(id) <= files_ + 2; }));
        BOOST_TEST((live_.percentile(99) < at_most(milliseconds(500))));
        std::ostringstream text;
        text << what_ << ": with database.timeout=" << timeout.count() << "ms, threads " << threads_ << ", at most "
             << most_threads_ << ", files " << files_ << ", at most " << most_files_
             << "; lists for known tokens meanwhile " << listed_ << ", refused " << refused_
             << "; /health/live: " << live_ << "; served again after " << took;
        report(text.str());
    }

    const std::string what_;
    postgres_service& s_;
    server_process& server_;
    ledger_load load_;
    askers logging_in_, listing_;
    latencies live_;
    std::size_t threads_ = 0, most_threads_ = 0, files_ = 0, most_files_ = 0, listed_ = 0, refused_ = 0;
};

milliseconds hanging_time()
{
    return is_long() ? milliseconds(15'000) : milliseconds(2000);
}

boost::test_tools::assertion_result has_network_namespaces(boost::unit_test::test_unit_id)
{
    return unless(network_namespaces::why_not());
}

} // namespace

BOOST_AUTO_TEST_SUITE(f18_postgres_hangs)

BOOST_AUTO_TEST_CASE(all_its_processes_are_suspended)
{
    postgres_service s;
    server_process server(s.directory.path(), s.arguments(s.url, with_timeout()));
    hang h("PostgreSQL suspended", s, server);
    s.postgres.suspend();
    h.watch(hanging_time());
    s.postgres.resume();
    h.check_recovery();
}

// Whoever reads at the other end of the connection, it is not PostgreSQL: the kernel has no reason to give up.
BOOST_AUTO_TEST_CASE(something_in_between_takes_everything_and_passes_nothing_on)
{
    postgres_service s;
    tcp_gate gate(s.postgres.socket());
    server_process server(s.directory.path(), s.arguments(through(gate, s.url), with_timeout()));
    hang h("a black hole", s, server);
    const auto before = gate.accepted();
    gate.hold();
    h.watch(hanging_time());
    const auto tried = gate.accepted() - before;
    gate.pass();
    h.check_recovery();
    report("F18 a black hole: connections tried meanwhile " + std::to_string(tried));
}

BOOST_AUTO_TEST_CASE(its_cable_is_pulled, *boost::unit_test::precondition(has_network_namespaces))
{
    postgres_service s;
    network_namespaces network;
    std::unique_ptr<tcp_gate> gate;
    network.run_at_server(
        [&] { gate = std::make_unique<tcp_gate>(s.postgres.socket(), network_namespaces::server_address); });
    network.run_at_client([&] {
        server_process server(s.directory.path(), s.arguments(through(*gate, s.url), with_timeout()));
        hang h("cable pulled", s, server);
        network.pull_cable();
        h.watch(hanging_time());
        network.plug_cable();
        h.check_recovery();
    });
}

// Nobody changes anything meanwhile, so that the list that is there is the list.
BOOST_AUTO_TEST_CASE(known_tokens_are_good_for_as_long_as_configured)
{
    constexpr milliseconds staleness(1500);
    postgres_service s;
    tcp_gate gate(s.postgres.socket());
    const auto settings = with_timeout() + set({"database.staleness=1500ms"});
    server_process server(s.directory.path(), s.arguments(through(gate, s.url), settings));
    http_client client(server.address(), std::chrono::seconds(30));
    BOOST_REQUIRE(client.form_post("/signup", registration(known_email)).status == 201);
    const auto token = token_of(client.form_post("/login", credentials(known_email)));
    BOOST_REQUIRE(client.get("/user", token).status == 200);

    gate.hold();
    const auto begin = steady_clock::now();
    steady_clock::duration until{}; // the last good answer
    std::size_t good = 0;
    int status = 200;
    while (status == 200 && steady_clock::now() - begin < std::chrono::seconds(20)) {
        status = client.get("/user", token).status;
        if (status == 200) until = steady_clock::now() - begin;
        good += status == 200;
        std::this_thread::sleep_for(milliseconds(5));
    }
    BOOST_TEST(status == 503);
    BOOST_TEST((until <= staleness + at_most(milliseconds(500))));
    BOOST_TEST((until >= staleness / 2)); // it was last confirmed some time before
    gate.pass();
    const auto back = steady_clock::now();
    BOOST_TEST(comes_true([&] { return client.get("/user", token).status == 200; }));
    report("F18 a black hole while nobody writes: with database.staleness=1500ms a known token was good for " +
           in_ms(until) + " (" + std::to_string(good) + " lists), and again " + in_ms(steady_clock::now() - back) +
           " after it ended");
    BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
