// What nodes on one PostgreSQL hear of each other's changes.
#include "store/session.hpp"
#include "store_fixture.hpp"
#include "support/tcp_gate.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <thread>

namespace watchword::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds soon{5000}; // on a busy machine; the figures are told

bool comes_true(const std::function<bool()>& happened, milliseconds limit = soon)
{
    const auto end = steady_clock::now() + limit;
    while (!happened()) {
        if (steady_clock::now() > end) return false;
        std::this_thread::sleep_for(milliseconds(1));
    }
    return true;
}

struct nodes {
    const empty_database empty{"postgresql"};
    open_database a{empty.settings()}, b{empty.settings()};

    std::uint64_t foreign() const { return a.db.changes().foreign; }
    feed_statistics feed() const { return *a.db.statistics().feed; }
    std::string query(const std::string& sql) const { return server().query(empty.settings().url, sql); }
    std::uint64_t number() const { return std::stoull(query("SELECT number FROM watchword_change")); }
    // Whether the feed has asked since now.
    bool has_asked()
    {
        const auto now = steady_clock::now();
        return comes_true([&] { return feed().unconfirmed < steady_clock::now() - now; });
    }
    // Whether `change` raises both counters.
    template <class Change> bool is_heard(Change change)
    {
        const auto foreign_before = foreign(), users_before = a.db.changes().users.load();
        change();
        const auto start = steady_clock::now();
        const bool heard =
            comes_true([&] { return foreign() != foreign_before && a.db.changes().users != users_before; });
        const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
        BOOST_TEST_MESSAGE("heard after " << took.count() << " ms");
        return heard;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(change_feed_test)

BOOST_FIXTURE_TEST_CASE(nothing_rises_while_nothing_changes, nodes)
{
    BOOST_TEST(has_asked());
    const auto foreign_before = foreign(), users_before = a.db.changes().users.load();
    const auto end = steady_clock::now() + milliseconds(1200);
    while (steady_clock::now() < end) BOOST_TEST(has_asked());
    BOOST_TEST(foreign() == foreign_before);
    BOOST_TEST(a.db.changes().users == users_before);
    BOOST_TEST(feed().listening);
    BOOST_TEST(!feed().lost);
}

BOOST_FIXTURE_TEST_CASE(another_node_s_change_is_notified_and_an_own_one_raises_only_users, nodes)
{
    BOOST_TEST(is_heard([&] { BOOST_TEST(b.add(numbered_user(1)).has_value()); }));
    BOOST_TEST(comes_true([&] { return feed().notifications == 1u; }));
    BOOST_TEST(has_asked());
    const auto foreign_before = foreign(), users_before = a.db.changes().users.load();
    for (int i = 2; i < 300; ++i) BOOST_TEST(a.add(numbered_user(i)).has_value());
    BOOST_TEST(a.db.changes().users == users_before + 298);
    BOOST_TEST(comes_true([&] { return feed().last == 299u; }));
    BOOST_TEST(has_asked());
    BOOST_TEST(foreign() == foreign_before);
    BOOST_TEST(feed().gaps == 0u);
    BOOST_TEST(comes_true([&] { return b.db.statistics().feed->last == 299u; }));
}

BOOST_FIXTURE_TEST_CASE(what_changes_nothing_that_others_keep_is_not_announced, nodes)
{
    BOOST_TEST(a.execute("CREATE TABLE other (x INTEGER); INSERT INTO other VALUES (1)").has_value());
    BOOST_TEST(a.add(numbered_user(1)).has_value());
    BOOST_TEST(!a.add(numbered_user(1)).has_value());
    BOOST_TEST(number() == 1u);
}

BOOST_FIXTURE_TEST_CASE(programs_that_know_nothing_of_the_feed_are_heard_once_for_each_transaction, nodes)
{
    const auto before = number();
    BOOST_TEST(
        is_heard([&] { query("INSERT INTO \"user\" (email) SELECT 'u' || n FROM generate_series(1, 1000) n"); }));
    BOOST_TEST(number() == before + 1);
    BOOST_TEST(is_heard([&] { query("UPDATE \"user\" SET name = 'x' WHERE email = 'u1'"); }));
    BOOST_TEST(is_heard([&] { query("DELETE FROM \"user\" WHERE email = 'u1'"); }));
    BOOST_TEST(is_heard([&] { query("TRUNCATE \"user\" CASCADE"); }));
    BOOST_TEST(number() == before + 4);
    query("BEGIN; INSERT INTO \"user\" (email) VALUES ('gone'); ROLLBACK");
    BOOST_TEST(number() == before + 4);
    BOOST_TEST(is_heard([&] {
        query("BEGIN; INSERT INTO \"user\" (email) VALUES ('a'); SAVEPOINT s; DELETE FROM \"user\"; "
              "ROLLBACK TO s; UPDATE \"user\" SET name = 'b'; COMMIT");
    }));
    BOOST_TEST(number() == before + 5);
    BOOST_TEST(feed().gaps == 0u);
}

BOOST_FIXTURE_TEST_CASE(who_may_write_users_needs_no_other_right, nodes)
{
    query("CREATE ROLE flask_app LOGIN; GRANT ALL ON \"user\" TO flask_app");
    auto url = empty.settings().url;
    url.replace(url.find("postgres@"), 8, "flask_app");
    BOOST_TEST(is_heard([&] { server().query(url, "INSERT INTO \"user\" (email) VALUES ('x')"); }));
    query("REVOKE ALL ON \"user\" FROM flask_app; DROP ROLE flask_app");
}

BOOST_FIXTURE_TEST_CASE(a_transaction_of_another_program_that_stays_open_keeps_no_node_waiting, nodes)
{
    std::thread slow([&] { // it holds its row for as long as the test needs, and no more
        query("BEGIN; INSERT INTO \"user\" (email) VALUES ('slow'); "
              "SELECT pg_advisory_lock(1), pg_sleep(3); COMMIT");
    });
    BOOST_TEST(comes_true([&] { return query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'") != ""; }));
    const auto start = steady_clock::now();
    BOOST_TEST(a.add(numbered_user(1)).has_value());
    BOOST_TEST((steady_clock::now() - start < milliseconds(2000)));
    slow.join();
}

BOOST_FIXTURE_TEST_CASE(a_notification_that_was_lost_is_found_by_asking, nodes)
{
    BOOST_TEST(is_heard([&] { query("UPDATE watchword_change SET number = number + 1"); }));
    BOOST_TEST(feed().found == 1u);
    BOOST_TEST(feed().notifications == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_gap_between_notifications_raises_though_the_last_is_an_own_one, nodes)
{
    BOOST_TEST(a.add(numbered_user(1)).has_value());
    BOOST_TEST(comes_true([&] { return feed().last == 1u; }));
    BOOST_TEST(is_heard([&] { query("SELECT pg_notify('watchword_change', '5 - ' || current_schema())"); }));
    BOOST_TEST(feed().gaps == 1u);
    BOOST_TEST(comes_true([&] { return feed().last == 1u; })); // what the table says counts
}

BOOST_FIXTURE_TEST_CASE(words_of_others_on_the_channel_do_no_harm, nodes)
{
    const auto before = foreign();
    for (const auto* text :
         {"", " ", "x", "1", "1 - ", "1 - elsewhere", "-1 - public", "99999999999999999999 - public"})
        query("SELECT pg_notify('watchword_change', '" + std::string(text) + "')");
    BOOST_TEST(has_asked());
    BOOST_TEST(foreign() == before);
    BOOST_TEST(is_heard([&] { BOOST_TEST(b.add(numbered_user(1)).has_value()); }));
}

BOOST_FIXTURE_TEST_CASE(numbers_that_go_back_raise, nodes)
{
    for (int i = 0; i < 3; ++i) BOOST_TEST(a.add(numbered_user(i)).has_value());
    BOOST_TEST(comes_true([&] { return feed().last == 3u; }));
    BOOST_TEST(is_heard([&] { query("UPDATE watchword_change SET number = 2"); }));
    BOOST_TEST(is_heard([&] {
        query("DELETE FROM watchword_change");
        BOOST_TEST(b.add(numbered_user(9)).has_value());
    }));
}

BOOST_FIXTURE_TEST_CASE(what_happens_while_the_feed_is_disconnected_is_heard_afterwards, nodes)
{
    for (int round = 0; round < 3; ++round) {
        BOOST_TEST(is_heard([&] {
            query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%FROM watchword_change%' "
                  "AND pid <> pg_backend_pid(); UPDATE watchword_change SET number = number + 1");
        }));
        BOOST_TEST(comes_true([&] { return feed().listening; }));
    }
    BOOST_TEST(feed().losses == 0u);
}

BOOST_AUTO_TEST_CASE(while_the_server_confirms_nothing_the_counters_rise_after_the_stated_time_and_until_it_does)
{
    const empty_database empty("postgresql");
    test::tcp_gate gate(server().socket());
    auto s = empty.settings();
    s.url = s.url.substr(0, s.url.find("host=")) + "host=" + gate.host() + "&port=" + gate.port() +
            "&sslmode=disable&gssencmode=disable";
    s.staleness = milliseconds(800);
    s.timeout = milliseconds(500);
    open_database d(s);
    const auto foreign = [&] { return d.db.changes().foreign.load(); };
    const auto feed = [&] { return *d.db.statistics().feed; };
    BOOST_TEST(comes_true([&] { return feed().listening; }));

    const auto before = foreign();
    gate.hold();
    const auto start = steady_clock::now();
    BOOST_TEST(comes_true([&] { return foreign() != before; }));
    const auto took = steady_clock::now() - start;
    // It was confirmed for the last time up to `foreign_poll` before.
    BOOST_TEST((took > s.staleness - foreign_poll - milliseconds(50) && took < milliseconds(3000)));
    BOOST_TEST(feed().lost);
    const auto since = foreign();
    BOOST_TEST(comes_true([&] { return foreign() >= since + 3; })); // and again
    gate.pass();
    BOOST_TEST(comes_true([&] { return !feed().lost; }));
    BOOST_TEST(feed().losses == 1u);
    const auto after = foreign();
    std::this_thread::sleep_for(2 * foreign_poll + milliseconds(100)); // what is tested is that nothing happens
    BOOST_TEST(foreign() == after);
}

BOOST_AUTO_TEST_CASE(without_notify_changes_are_found_by_asking)
{
    const empty_database empty("postgresql");
    auto s = empty.settings();
    s.feed = feed_kind::poll;
    open_database a(s), b(s);
    const auto foreign = [&] { return a.db.changes().foreign.load(); };
    const auto before = foreign();
    for (int i = 0; i < 100; ++i) BOOST_TEST(a.add(numbered_user(i)).has_value());
    BOOST_TEST(comes_true([&] { return a.db.statistics().feed->last == 100u; }));
    BOOST_TEST(foreign() == before);
    BOOST_TEST(b.add(numbered_user(1000)).has_value());
    BOOST_TEST(comes_true([&] { return foreign() == before + 1; }));
    BOOST_TEST(!a.db.statistics().feed->listening);
    BOOST_TEST(a.db.statistics().feed->notifications == 0u);
}

BOOST_AUTO_TEST_CASE(each_commit_of_many_nodes_has_a_number_and_all_hear_the_last)
{
    constexpr std::size_t writers = 4, users = 100;
    const empty_database empty("postgresql");
    std::array<std::unique_ptr<open_database>, writers> all;
    for (auto& n : all) n = std::make_unique<open_database>(empty.settings());
    std::vector<std::thread> threads;
    for (std::size_t n = 0; n < writers; ++n)
        threads.emplace_back([&, n] {
            for (std::size_t i = 0; i < users; ++i) all[n]->add(numbered_user(static_cast<int>(n * 1000 + i)));
        });
    for (auto& t : threads) t.join();
    for (auto& n : all) {
        BOOST_TEST(comes_true([&] { return n->db.statistics().feed->last == writers * users; }));
        BOOST_TEST(n->db.statistics().feed->gaps == 0u);
        BOOST_TEST(n->list()->size() == writers * users);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
