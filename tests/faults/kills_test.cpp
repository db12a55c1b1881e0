// F1: kill -9 at random moments, with more than a hundred sign-ups under way.
#include "faults_fixture.hpp"
#include "support/ledger_load.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <iomanip>
#include <random>
#include <sstream>

namespace {

using namespace watchword::test;

// WATCHWORD_KILLS=1000 asks for another number of rounds.
std::size_t rounds()
{
    const char* const wanted = std::getenv("WATCHWORD_KILLS");
    return wanted ? std::strtoul(wanted, nullptr, 10) : how_many(10, 100);
}

struct round_figures {
    std::size_t under_way = 0, unanswered = 0;
    std::uint64_t acknowledged = 0;
};

// Kills a server under load, so long after its first answer.
round_figures kill_under_load(server_process& server, const std::string& ledger_file, const std::string& prefix,
                              milliseconds moment)
{
    load_settings s;
    s.prefix = prefix;
    s.connections = 192;
    s.log_in_every = 20;
    ledger_load load(server.address(), ledger_file, s);
    BOOST_REQUIRE(comes_true([&] { return load.counts().acknowledged > 0; }));
    std::this_thread::sleep_for(moment); // the fault's own time: it may be any
    round_figures seen;
    BOOST_REQUIRE(comes_true([&] { return (seen.under_way = load.counts().under_way) >= least_under_load; }));
    server.kill();
    load.stop();
    const auto counts = load.counts();
    seen.acknowledged = counts.acknowledged;
    seen.unanswered = counts.unanswered;
    BOOST_TEST(counts.strange == 0u, counts.example);
    return seen;
}

std::string confidence(std::size_t trials)
{
    std::ostringstream text;
    text << "0 failures in " << trials << " kills: at 95 % confidence fewer than " << std::setprecision(3)
         << 300.0 / static_cast<double>(trials) << " % of kills lose anything";
    return text.str();
}

} // namespace

BOOST_AUTO_TEST_SUITE(f01_kills)

BOOST_AUTO_TEST_CASE(a_kill_at_any_moment_loses_no_acknowledged_sign_up)
{
    const temporary_directory directory;
    const auto database = directory / "watchword.db";
    const auto read = sqlite_accounts(database);
    const auto ledger_of = [&](std::size_t round) { return directory / ("ledger-" + std::to_string(round)); };
    const auto prefix_of = [](std::size_t round) { return std::to_string(round) + "-"; };
    const std::uint32_t seed = std::random_device()();
    std::mt19937 random(seed);
    std::uniform_int_distribution<int> moments(0, 150);

    const std::size_t count = rounds();
    ledger_verdict all;
    latencies restarts;
    std::size_t least_under_way = static_cast<std::size_t>(-1);
    for (std::size_t round = 0; round <= count; ++round) {
        const auto begin = steady_clock::now();
        server_process server(directory.path(), cheap_passwords());
        BOOST_REQUIRE(http_client(server.address()).get("/health/live").status == 200);
        if (round != 0) {
            restarts.add(steady_clock::now() - begin);
            const auto v = check_ledger(ledger_of(round - 1), prefix_of(round - 1), read, server.address(), 60);
            BOOST_TEST(v.wrong() == 0u, v.example);
            all.add(v);
        }
        if (round == count) {
            BOOST_TEST(server.stop() == 0);
            break;
        }
        const auto seen = kill_under_load(server, ledger_of(round), prefix_of(round), milliseconds(moments(random)));
        least_under_way = std::min(least_under_way, seen.under_way);
    }
    // What a later kill did to earlier rounds would show here.
    std::size_t kept = 0;
    for (std::size_t round = 0; round < count; ++round) {
        const auto accounts = read(prefix_of(round));
        const auto v = compare(read_ledger(ledger_of(round)), accounts);
        BOOST_TEST(v.wrong() == 0u, v.example);
        kept += accounts.size();
    }
    BOOST_TEST(query_sqlite(database, "SELECT count(*) FROM user") == std::to_string(kept) + "\n");
    BOOST_TEST(sqlite_integrity(database) == "ok");
    BOOST_TEST(least_under_way >= least_under_load);
    BOOST_TEST((restarts.percentile(99) < at_most(std::chrono::seconds(1))));

    std::ostringstream text;
    text << "F1 kills survived " << count << " (seed " << seed << "), sign-ups acknowledged " << all.acknowledged
         << ", lost " << all.lost << "; unanswered at the kill " << all.unknown << " of which " << all.unknown_kept
         << " had been committed, each whole; under way at a kill, at least " << least_under_way << "; logins tried "
         << all.logins << ", failed " << all.failed_logins;
    report(text.str());
    std::ostringstream times;
    times << "F1 from a start after a kill to the first 200: " << restarts;
    report(times.str());
    if (all.wrong() == 0) report("F1 " + confidence(count));
}

BOOST_AUTO_TEST_SUITE_END()
