// S41: one refresh token that many threads present at the same time, on SQLite.
#include "sessions_fixture.hpp"
#include "support/test_form.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <list>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace watchword;
using namespace watchword::accounts;
using test::session_world;

constexpr std::size_t threads = 5, uses = 50;

// All of them at once, each thread with its share.
std::vector<core::result<session_grant>> present_everywhere(session_world& w, const core::secret_string& token)
{
    std::list<test::refresher> all;
    for (std::size_t i = 0; i < uses; ++i) all.push_back(test::refresher{w.sessions, token});
    std::atomic<std::size_t> ready{0};
    std::vector<std::thread> working;
    for (std::size_t t = 0; t < threads; ++t)
        working.emplace_back([&, t] {
            core::asio::io_context io(1);
            std::size_t place = 0;
            for (auto& each : all)
                if (place++ % threads == t) core::asio::co_spawn(io, each(), core::asio::detached);
            ++ready;
            while (ready < threads) std::this_thread::yield();
            io.run();
        });
    for (auto& t : working) t.join();
    std::vector<core::result<session_grant>> outcomes;
    for (auto& each : all) outcomes.push_back(std::move(*each.outcome));
    return outcomes;
}

} // namespace

BOOST_AUTO_TEST_SUITE(refresh_race_test)

BOOST_AUTO_TEST_CASE(however_often_it_is_presented_there_is_one_family)
{
    const std::uint64_t rounds = test::is_long() ? 10'000 : test::is_sanitized ? 100 : 1'000;
    session_world w("sqlite");
    auto newest = w.open();
    std::size_t refused = 0, strange = 0, first = 0;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        auto outcomes = present_everywhere(w, newest.refresh_token);
        const session_grant* one = nullptr;
        for (const auto& each : outcomes) {
            if (!each) {
                ++refused;
                continue;
            }
            if (one == nullptr) one = &*each;
            first += each->is_repeated ? 0 : 1;
            const bool same = core::equal_in_constant_time(each->refresh_token.view(), one->refresh_token.view());
            if (!same || each->session.id != newest.session.id) ++strange;
        }
        BOOST_REQUIRE(one != nullptr);
        auto kept = *one;
        newest = std::move(kept);
        w.clock.advance(std::chrono::milliseconds(1));
    }
    BOOST_TEST(refused == 0u);
    BOOST_TEST(strange == 0u);
    BOOST_TEST(first == rounds);
    BOOST_TEST(w.row(newest).row.counter == rounds);
    BOOST_TEST(w.list().size() == 1u);
    BOOST_TEST(w.observer.all.empty());
}

BOOST_AUTO_TEST_SUITE_END()
