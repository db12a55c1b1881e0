// A PostgreSQL server that keeps its connections and answers nothing.
#include "store/session.hpp"
#include "store_fixture.hpp"
#include "support/tcp_gate.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>
#include <vector>

namespace watchword::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds timeout{400};
// For its turn and for its work; what a busy machine adds is not the store's.
constexpr milliseconds answered_within = 2 * timeout + milliseconds(500) + milliseconds(800);
constexpr milliseconds recovered_within{2000};

// A database behind a gate.
struct gated {
    const empty_database empty{"postgresql"};
    test::tcp_gate gate{server().socket()};

    database_settings settings() const
    {
        database_settings s = empty.settings();
        s.url = s.url.substr(0, s.url.find("host=")) + "host=" + gate.host() + "&port=" + gate.port() +
                "&sslmode=disable&gssencmode=disable";
        s.timeout = timeout;
        return s;
    }
};

bool comes_true(const std::function<bool()>& happened, milliseconds limit)
{
    const auto end = steady_clock::now() + limit;
    while (steady_clock::now() < end)
        if (happened()) return true;
    return happened();
}

// Asks from several threads for so long; the longest that an answer took.
milliseconds longest_answer(database& db, milliseconds duration, std::atomic<int>& good)
{
    std::atomic<milliseconds::rep> longest{0};
    std::vector<std::thread> clients;
    for (int c = 0; c < 6; ++c) {
        clients.emplace_back([&, c] {
            io_loop loop;
            const auto end = steady_clock::now() + duration;
            for (int i = 0; steady_clock::now() < end; ++i) {
                const auto start = steady_clock::now();
                const auto add = [&](session& s) { return add_user(s, numbered_user(1000 * (c + 1) + i)); };
                const auto find = [](session& s) { return find_user_by_email(s, "nobody"); };
                if (c % 2 == 0) {
                    good += loop.run(db.write(add)).has_value();
                } else {
                    good += loop.run(db.read(find)).error() == core::errc::not_found;
                }
                const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - start).count();
                auto seen = longest.load();
                while (took > seen && !longest.compare_exchange_weak(seen, took)) {
                }
                if (took < 1) std::this_thread::sleep_for(milliseconds(1));
            }
        });
    }
    for (auto& client : clients) client.join();
    return milliseconds(longest.load());
}

void check_recovery(open_database& d)
{
    const auto read = [&] { return d.find("nobody").error() == core::errc::not_found; };
    static int number = 0;
    const auto write = [&] { return d.add(numbered_user(900'000 + ++number)).has_value(); };
    BOOST_TEST(comes_true(read, recovered_within));
    BOOST_TEST(comes_true(write, recovered_within));
    for (int i = 0; i < 10; ++i) BOOST_TEST((read() && write())); // and every reader
}

} // namespace

BOOST_AUTO_TEST_SUITE(hanging_server_test)

BOOST_FIXTURE_TEST_CASE(everybody_is_answered_in_time_while_nothing_goes_through_and_well_after_it, gated)
{
    open_database d(settings());
    BOOST_TEST(d.add(numbered_user(1)).has_value());
    gate.hold();
    std::atomic<int> good{0};
    const auto longest = longest_answer(d.db, milliseconds(2000), good);
    BOOST_TEST_MESSAGE("longest answer of a server that hangs: " << longest.count() << " ms");
    BOOST_TEST(good == 0);
    BOOST_TEST((longest <= answered_within));
    BOOST_TEST(d.db.statistics().connections_cut >= 1u);
    // Attempts to connect do not pile up: of two readers and the writer, and what the gate has not seen end.
    BOOST_TEST(gate.open_connections() <= 12u);
    gate.pass();
    check_recovery(d);
}

BOOST_FIXTURE_TEST_CASE(a_job_in_the_middle_of_its_statements_is_cut_too, gated)
{
    open_database d(settings());
    for (const bool writes : {false, true}) {
        const auto start = steady_clock::now();
        const auto hang = [&](session& s) -> core::result<int> {
            gate.hold();
            if (!find_user_by_email(s, "nobody")) return 1;
            return 2;
        };
        const auto outcome = writes ? d.loop.run(d.db.write(hang)) : d.loop.run(d.db.read(hang));
        BOOST_TEST((outcome.error() == core::errc::unavailable));
        BOOST_TEST((steady_clock::now() - start <= answered_within));
        gate.pass();
        check_recovery(d);
    }
}

BOOST_AUTO_TEST_CASE(a_suspended_server_is_no_different)
{
    const empty_database empty("postgresql");
    auto s = empty.settings();
    s.timeout = timeout;
    open_database d(s);
    BOOST_TEST(d.add(numbered_user(1)).has_value());
    server().suspend();
    std::atomic<int> good{0};
    const auto longest = longest_answer(d.db, milliseconds(2000), good);
    server().resume();
    BOOST_TEST_MESSAGE("longest answer of a suspended server: " << longest.count() << " ms");
    BOOST_TEST(good == 0);
    BOOST_TEST((longest <= answered_within));
    check_recovery(d);
}

BOOST_FIXTURE_TEST_CASE(it_can_be_closed_and_is_not_opened_while_the_server_hangs, gated)
{
    auto start = steady_clock::now();
    {
        open_database d(settings());
        gate.hold();
        BOOST_TEST((d.find("nobody").error() == core::errc::unavailable));
        start = steady_clock::now();
    }
    BOOST_TEST((steady_clock::now() - start < std::chrono::seconds(8)));
    start = steady_clock::now();
    BOOST_TEST(refusal(settings()) != "");
    BOOST_TEST((steady_clock::now() - start < std::chrono::seconds(8)));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace watchword::store
