#include "accounts/failure_lanes.hpp"
#include "support/repeatable.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace watchword;
using accounts::failure_lanes;
using accounts::lane_rules;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using time_point = failure_lanes::time_point;

constexpr core::siphash_key secret{1, 2};
constexpr lane_rules rules{10, seconds(900)};
const time_point start{hours(1000)};

struct fixture {
    failure_lanes lanes{1024, secret};
    time_point now = start;

    failure_lanes::answer begin(const std::string& lane = "a") { return lanes.begin(lane, rules, now); }
    bool fails(const std::string& lane = "a") { return begin(lane).wait.count() == 0; }
    // As fast as they are let.
    void fail(int times, const std::string& lane = "a")
    {
        for (int i = 0; i < times; ++i) {
            const auto wait = begin(lane).wait;
            now += wait;
            if (wait.count() > 0) begin(lane);
        }
    }
    // The next attempt must wait exactly so long, and does.
    void check_delay(milliseconds expected)
    {
        BOOST_TEST(begin().wait.count() == expected.count());
        now += expected - milliseconds(1);
        BOOST_TEST(begin().wait.count() == 1);
        now += milliseconds(1);
        BOOST_TEST(fails());
    }
};

// The most of the times that lie within so many hours, the last moment excluded.
std::size_t most_within(const std::vector<time_point>& times, hours length)
{
    std::size_t most = 0;
    for (std::size_t first = 0, last = 0; first < times.size(); ++first) {
        while (last < times.size() && times[last] < times[first] + length) ++last;
        most = std::max(most, last - first);
    }
    return most;
}

} // namespace

BOOST_AUTO_TEST_SUITE(failure_lanes_)

BOOST_FIXTURE_TEST_CASE(the_first_failures_are_free_and_each_further_one_doubles_a_delay, fixture)
{
    for (int i = 0; i < 11; ++i) BOOST_TEST(fails());
    for (int delay = 1; delay <= 512; delay *= 2) check_delay(seconds(delay));
    for (int i = 0; i < 100; ++i) check_delay(seconds(900));
}

BOOST_FIXTURE_TEST_CASE(as_many_as_come_at_once_no_more_get_through, fixture)
{
    int through = 0;
    for (int i = 0; i < 200; ++i) through += fails() ? 1 : 0;
    BOOST_TEST(through == 11);
    now += seconds(1);
    for (int i = 0; i < 200; ++i) through += fails() ? 1 : 0;
    BOOST_TEST(through == 12);
}

BOOST_FIXTURE_TEST_CASE(a_refused_attempt_changes_nothing, fixture)
{
    fail(13);
    for (int i = 0; i < 1000; ++i) BOOST_TEST(!fails());
    check_delay(seconds(4));
}

BOOST_FIXTURE_TEST_CASE(what_is_given_back_was_never_there, fixture)
{
    for (int i = 0; i < 1000; ++i) {
        const auto a = begin();
        BOOST_TEST(a.wait.count() == 0);
        lanes.give_back("a", a.made);
    }
    fail(13);
    now += seconds(4);
    for (int i = 0; i < 100; ++i) { // its delay is given back, too
        const auto a = begin();
        BOOST_TEST(a.wait.count() == 0);
        lanes.give_back("a", a.made);
    }
    BOOST_TEST(fails());
    check_delay(seconds(8));
}

BOOST_FIXTURE_TEST_CASE(giving_back_at_the_most_failures_does_not_make_them_fewer, fixture)
{
    fail(40);
    now += seconds(900);
    for (int i = 0; i < 100; ++i) lanes.give_back("a", begin().made);
    BOOST_TEST(fails());
    for (int i = 0; i < 4; ++i) check_delay(seconds(900));
}

BOOST_FIXTURE_TEST_CASE(a_later_failure_keeps_its_delay_when_an_earlier_attempt_is_given_back, fixture)
{
    fail(10);
    const auto slow = begin();
    now += seconds(5);
    BOOST_TEST(fails()); // the twelfth
    lanes.give_back("a", slow.made);
    BOOST_TEST(begin().wait.count() == 1000);
}

BOOST_FIXTURE_TEST_CASE(failures_are_counted_as_they_are_charged, fixture)
{
    for (std::uint64_t i = 1; i <= 11; ++i) BOOST_TEST(begin().failures == i);
    BOOST_TEST(begin().failures == 11u);
    now += seconds(1);
    BOOST_TEST(begin().failures == 12u);
}

BOOST_FIXTURE_TEST_CASE(a_failure_is_forgiven_in_an_hour_then_the_next, fixture)
{
    for (int i = 0; i < 11; ++i) BOOST_TEST(fails());
    now += hours(1) - milliseconds(1);
    BOOST_TEST(begin().failures == 12u); // the delay is over, but none is forgiven
    now = start + hours(3);              // three of twelve are
    BOOST_TEST(begin().failures == 10u);
    now = start + hours(14);
    BOOST_TEST(begin().failures == 1u);
}

BOOST_FIXTURE_TEST_CASE(an_attack_of_weeks_is_forgiven_as_soon_as_one_of_a_day, fixture)
{
    fail(2000);
    now += hours(15); // ten of the 25 that are remembered are left
    BOOST_TEST(fails());
    BOOST_TEST(begin().wait.count() == 1000);
    now += hours(24);
    BOOST_TEST(begin().failures == 1u);
}

BOOST_FIXTURE_TEST_CASE(lanes_have_nothing_to_do_with_each_other, fixture)
{
    fail(15, "a");
    BOOST_TEST(!fails("a"));
    for (int i = 0; i < 11; ++i) BOOST_TEST(fails("b"));
    BOOST_TEST(!fails("b"));
}

BOOST_AUTO_TEST_CASE(delays_of_any_settings_grow_from_a_second_to_the_longest)
{
    for (const auto longest : {seconds(1), seconds(60), seconds(900), seconds(86'400)}) {
        const lane_rules r{3, longest};
        BOOST_TEST(r.delay_after(3).count() == 0);
        BOOST_TEST(r.delay_after(4).count() == 1000);
        BOOST_TEST(r.delay_after(r.most_failures()).count() == milliseconds(longest).count());
        BOOST_TEST(r.delay_after(1'000'000).count() == milliseconds(longest).count());
        failure_lanes lanes(8, secret);
        time_point now = start;
        std::size_t last_day = 0;
        const auto end = start + std::max<seconds>(hours(72), 60 * longest);
        while (now < end) {
            const auto a = lanes.begin("a", r, now);
            if (a.wait.count() == 0 && now >= end - hours(24)) ++last_day;
            now += a.wait;
        }
        BOOST_TEST(last_day <= static_cast<std::size_t>(seconds(86'400) / longest));
    }
}

// As fast as they are let, the strangers' bound: 23 in the first hour, 4 in each later one.
BOOST_FIXTURE_TEST_CASE(guesses_of_an_attack_without_pause_are_bounded_in_every_hour, fixture)
{
    std::vector<std::size_t> hourly(24 * 7);
    while (now < start + hours(24 * 7)) {
        const auto a = begin();
        if (a.wait.count() == 0) ++hourly[static_cast<std::size_t>((now - start) / hours(1))];
        now += a.wait;
    }
    BOOST_TEST(hourly[0] == 23u);
    for (std::size_t hour = 1; hour < hourly.size(); ++hour) BOOST_TEST(hourly[hour] == 4u, "hour " << hour);
}

// Pauses do not pay: within any h hours at most 19 + 4h.
BOOST_AUTO_TEST_CASE(guesses_of_attacks_with_pauses_are_bounded_in_any_hours)
{
    watchword::test::repeatable_numbers random(1);
    for (int attack = 0; attack < 300; ++attack) {
        failure_lanes lanes(8, secret);
        time_point now = start;
        std::vector<time_point> judged;
        const auto longest_pause = 1 + random.next() % (16 * 3600), often = 1 + random.next() % 40;
        while (now < start + hours(72)) {
            const auto a = lanes.begin("a", rules, now);
            if (a.wait.count() == 0) judged.push_back(now);
            now += a.wait;
            if (random.next() % often == 0) now += seconds(random.next() % longest_pause);
        }
        for (int length = 1; length <= 48; ++length)
            BOOST_TEST(most_within(judged, hours(length)) <= 19u + 4u * static_cast<std::size_t>(length));
    }
}

// With as many lanes as there is room for, and many times more, one with more failures stays.
BOOST_FIXTURE_TEST_CASE(a_flood_of_other_lanes_makes_it_forget_none_with_more_failures, fixture)
{
    for (int i = 0; i < 11; ++i) BOOST_TEST(fails("victim"));
    now += seconds(1);
    for (int i = 0; i < 100'000; ++i) fails("other" + std::to_string(i));
    BOOST_TEST(begin("victim").failures == 12u);

    // Nor do questions about others.
    for (int i = 0; i < 100'000; ++i) {
        lanes.give_back("more" + std::to_string(i), {});
        lanes.keep("more" + std::to_string(i));
    }
    BOOST_TEST(begin("victim").wait.count() == 2000);
}

BOOST_FIXTURE_TEST_CASE(lanes_that_are_kept_are_forgotten_only_for_others_of_them, fixture)
{
    for (int i = 0; i < 11; ++i) BOOST_TEST(fails("victim"));
    lanes.keep("victim");
    const auto flood = [&](const std::string& name, bool kept) {
        for (int i = 0; i < 20'000; ++i) {
            const auto lane = name + std::to_string(i);
            fails(lane);
            if (kept) lanes.keep(lane);
            for (int more = 1; more < 11; ++more) fails(lane);
            now += milliseconds(1);
        }
    };
    flood("nobody", false);
    BOOST_TEST(begin("victim").failures == 12u); // the delay is over
    flood("more", false);
    BOOST_TEST(begin("victim").failures == 13u);
    now += hours(3);
    flood("accounts", true); // that fail as often, and are more than there is room for
    BOOST_TEST(begin("victim").failures == 1u);
}

BOOST_AUTO_TEST_CASE(no_thread_gets_more_through)
{
    failure_lanes lanes(1024, secret);
    std::atomic<int> through = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 2000; ++i) {
                if (lanes.begin("a", rules, start).wait.count() == 0) ++through;
                const auto mine = lanes.begin("b", rules, start); // given back: in the end as if it had not been
                if (mine.wait.count() == 0) lanes.give_back("b", mine.made);
            }
        });
    for (auto& each : threads) each.join();
    BOOST_TEST(through == 11);
    BOOST_TEST(lanes.begin("b", rules, start).failures == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
