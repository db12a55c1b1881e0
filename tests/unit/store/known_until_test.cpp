// Until when nodes on one PostgreSQL may rely on what they heard of each other.
#include "store_fixture.hpp"
#include "support/tcp_gate.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>

namespace watchword::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool comes_true(const std::function<bool()>& happened)
{
    const auto end = steady_clock::now() + std::chrono::seconds(20); // on a busy machine
    while (!happened()) {
        if (steady_clock::now() > end) return false;
        std::this_thread::sleep_for(milliseconds(1));
    }
    return true;
}

} // namespace

BOOST_AUTO_TEST_SUITE(known_until_test)

BOOST_AUTO_TEST_CASE(a_file_s_changes_are_known_by_the_numbers_alone)
{
    const empty_database empty("sqlite");
    const open_database d(empty.settings());
    BOOST_TEST(d.db.changes().are_known());
    BOOST_TEST((d.db.changes().known_until.load() == steady_clock::time_point::max()));
}

BOOST_AUTO_TEST_CASE(a_server_s_are_known_until_the_set_time_after_it_was_asked_and_answered_for_the_last_time)
{
    const empty_database empty("postgresql");
    test::tcp_gate gate(server().socket());
    auto s = empty.settings();
    s.url = s.url.substr(0, s.url.find("host=")) + "host=" + gate.host() + "&port=" + gate.port() +
            "&sslmode=disable&gssencmode=disable";
    s.staleness = milliseconds(1500);
    s.timeout = milliseconds(500);
    const open_database d(s);
    const auto until = [&] { return d.db.changes().known_until.load(); };
    const auto first = until();
    BOOST_TEST(comes_true([&] { return until() > first; }));
    BOOST_TEST((until() <= steady_clock::now() + s.staleness));

    gate.hold();
    const auto held = steady_clock::now();
    std::this_thread::sleep_until(held + s.staleness); // what is tested is what has not happened by then
    BOOST_TEST(!d.db.changes().are_known());
    BOOST_TEST((until() <= held + s.staleness));
    gate.pass();
    BOOST_TEST(comes_true([&] { return d.db.changes().are_known(); }));
    BOOST_TEST((until() > held + s.staleness));
}

// Whoever sees that changes are known later also sees what has changed until then.
BOOST_AUTO_TEST_CASE(a_change_is_told_before_the_time_is_put_off)
{
    const empty_database empty("postgresql");
    auto s = empty.settings();
    s.feed = feed_kind::poll;
    const open_database d(s);
    const auto& changes = d.db.changes();
    for (int round = 0; round < 8; ++round) {
        const auto before = changes.foreign.load();
        server().query(s.url, "UPDATE watchword_change SET number = number + 1");
        const auto changed = steady_clock::now();
        while (changes.known_until.load(std::memory_order_acquire) <= changed + s.staleness) std::this_thread::yield();
        BOOST_TEST(changes.foreign.load(std::memory_order_acquire) > before);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
