// Refreshes that come at once, to one server and to several.
#include "sessions_fixture.hpp"
#include "support/turned_context.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <future>
#include <list>
#include <optional>
#include <thread>

namespace {

using namespace watchword;
using namespace watchword::accounts;
using core::errc;
using std::chrono::milliseconds;
using test::refresher;
using test::run_task;
using test::session_world;

const auto kinds = boost::unit_test::data::make({"sqlite", "postgresql"});

bool same_text(const core::secret_string& a, const core::secret_string& b)
{
    return core::equal_in_constant_time(a.view(), b.view());
}

} // namespace

BOOST_AUTO_TEST_SUITE(sessions_at_once_test)

BOOST_DATA_TEST_CASE(of_fifty_at_once_one_is_first_and_all_get_the_same, kinds, kind)
{
    session_world w(kind);
    auto newest = w.open();
    for (int round = 0; round < 10; ++round) {
        core::asio::io_context io(1);
        std::list<refresher> all;
        for (int i = 0; i < 50; ++i) {
            all.push_back(refresher{w.sessions, newest.refresh_token});
            core::asio::co_spawn(io, all.back()(), core::asio::detached);
        }
        io.run();
        int first = 0;
        for (const auto& r : all) {
            BOOST_REQUIRE(r.outcome->has_value());
            first += (*r.outcome)->is_repeated ? 0 : 1;
            BOOST_TEST(same_text((*r.outcome)->refresh_token, (*all.front().outcome)->refresh_token));
        }
        BOOST_TEST(first == 1);
        BOOST_TEST(w.row(newest).row.counter == static_cast<std::uint64_t>(round) + 1);
        newest = w.next(newest);
        BOOST_TEST(newest.is_repeated);
    }
}

BOOST_DATA_TEST_CASE(they_share_commits, kinds, kind)
{
    session_world w(kind);
    auto s = test::short_settings();
    s.most_per_user = 1000;
    accounts::sessions sessions(s, test::session_secret(), w.database, w.clock, w.random);
    std::vector<core::secret_string> tokens;
    session_request r;
    r.public_id = "ann";
    for (int i = 0; i < 100; ++i) tokens.push_back(run_task(sessions.open(r)).value().refresh_token);
    const auto before = w.database.statistics().commits.committed;
    test::turned_context context;
    std::list<refresher> all;
    for (const auto& t : tokens) {
        all.push_back(refresher{sessions, t});
        core::asio::co_spawn(context.io(), all.back()(), core::asio::detached);
    }
    // Whatever comes while this one holds the writer waits for it together.
    std::promise<void> entered, released;
    const auto hold = [&](store::session&) -> core::result<int> {
        entered.set_value();
        released.get_future().wait();
        return 0;
    };
    std::thread holder([&] { run_task(w.database.write(hold)); });
    entered.get_future().wait();
    context.turn();
    released.set_value();
    context.finish();
    holder.join();
    for (const auto& done : all) BOOST_TEST(done.outcome->has_value());
    BOOST_TEST(w.database.statistics().commits.committed == before + 2);
}

// Another server that has the row locked, and then lets go.
BOOST_AUTO_TEST_CASE(a_locked_session_is_waited_for_without_holding_up_others)
{
    session_world w("postgresql");
    const auto locked = w.open(), other = w.open("bob");
    store::database second(w.place.settings());
    std::promise<void> entered, released;
    const auto hold = [&](store::session& s) -> core::result<int> {
        store::lock_session(s, locked.session.id).value();
        entered.set_value();
        released.get_future().wait();
        return 0;
    };
    std::thread holder([&] { run_task(second.write(hold)); });
    entered.get_future().wait();
    test::turned_context context;
    refresher waits{w.sessions, locked.refresh_token};
    core::asio::co_spawn(context.io(), waits(), core::asio::detached);
    // The writer has told it that the row is taken, and serves others.
    const auto before = w.database.statistics().writer.executed;
    while (w.database.statistics().writer.executed < before + 2) context.io().run_one_for(milliseconds(10));
    BOOST_TEST(w.refresh(other.refresh_token).has_value());
    BOOST_TEST(!waits.outcome.has_value());
    released.set_value();
    context.finish();
    holder.join();
    BOOST_TEST(waits.outcome->has_value());
}

BOOST_AUTO_TEST_CASE(patience_with_another_server_has_an_end)
{
    auto s = test::short_settings();
    s.patience = milliseconds(20);
    session_world w("postgresql", s);
    const auto locked = w.open();
    store::database second(w.place.settings());
    std::optional<core::result<session_grant>> seen;
    const auto hold = [&](store::session& to) -> core::result<int> {
        store::lock_session(to, locked.session.id).value();
        seen.emplace(w.refresh(locked.refresh_token));
        return 0;
    };
    BOOST_TEST(run_task(second.write(hold)).has_value());
    BOOST_TEST((seen->error() == errc::timed_out));
    BOOST_TEST(w.refresh(locked.refresh_token).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
