#include "core/token_buckets.hpp"
#include "support/repeatable.hpp"
#include "support/resources.hpp"
#include "support/test_form.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace watchword::core;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr siphash_key secret{1, 2};
constexpr steady_time start{std::chrono::hours(1)};

// A bucket as one draws it: what is in it, in nanoseconds of filling, and when that was so.
struct drawn_bucket {
    std::int64_t most, interval, level, time;

    drawn_bucket(rate r, nanoseconds each, steady_time now)
        : most(static_cast<std::int64_t>(r.count) * each.count()),
          interval(each.count()),
          level(most),
          time(now.time_since_epoch().count())
    {}
    bool take(steady_time now, std::uint64_t tokens)
    {
        fill(now);
        const auto asked = static_cast<std::int64_t>(tokens) * interval;
        if (level < asked) return false;
        level -= asked;
        return true;
    }
    void give_back(steady_time now, std::uint64_t tokens)
    {
        fill(now);
        level = std::min(most, level + static_cast<std::int64_t>(tokens) * interval);
    }

private:
    void fill(steady_time now)
    {
        const auto then = now.time_since_epoch().count();
        level = std::min(most, level + (then - time));
        time = then;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(token_buckets_)

BOOST_AUTO_TEST_CASE(a_full_bucket_gives_its_tokens_at_once_and_then_one_by_one)
{
    token_bucket bucket({3, 60s});
    for (std::uint64_t left = 3; left-- > 0;) {
        const auto outcome = bucket.take(start);
        BOOST_TEST(outcome.allowed);
        BOOST_TEST(outcome.remaining == left);
        BOOST_TEST((outcome.wait == (left > 0 ? 0s : 20s)));
    }
    const auto refused = bucket.take(start + 5s);
    BOOST_TEST(!refused.allowed);
    BOOST_TEST(refused.remaining == 0u);
    BOOST_TEST((refused.wait == 15s));
    BOOST_TEST(!bucket.take(start + 20s - 1ns).allowed);
    BOOST_TEST(bucket.take(start + 20s).allowed);
    BOOST_TEST(!bucket.take(start + 20s).allowed); // what was refused did not count, nor is more there
    BOOST_TEST(bucket.take(start + 40s).allowed);
    for (int i = 0; i < 3; ++i) BOOST_TEST(bucket.take(start + 24h).allowed); // full, and not more than full
    BOOST_TEST(!bucket.take(start + 24h).allowed);
}

BOOST_AUTO_TEST_CASE(several_tokens_are_given_together_or_not_at_all)
{
    token_bucket bucket({10, 10s});
    BOOST_TEST(bucket.take(start, 8).remaining == 2u);
    const auto refused = bucket.take(start, 5);
    BOOST_TEST(!refused.allowed);
    BOOST_TEST(refused.remaining == 2u);
    BOOST_TEST((refused.wait == 3s));
    BOOST_TEST(bucket.take(start, 2).allowed);
    BOOST_TEST((bucket.take(start, 1000).wait == 10s)); // all that a bucket holds
    BOOST_TEST(bucket.take(start + 10s, 1000).allowed);
}

BOOST_AUTO_TEST_CASE(asking_for_none_tells_how_many_there_are)
{
    token_bucket bucket({2, 10s});
    BOOST_TEST(bucket.take(start, 0).remaining == 2u);
    bucket.take(start, 2);
    const auto empty = bucket.take(start + 1s, 0);
    BOOST_TEST(empty.allowed);
    BOOST_TEST(empty.remaining == 0u);
    BOOST_TEST((empty.wait == 4s));
    BOOST_TEST(!bucket.take(start + 5s - 1ns).allowed); // asking took nothing
    BOOST_TEST(bucket.take(start + 5s).allowed);
}

BOOST_AUTO_TEST_CASE(what_is_given_back_is_there_again_but_never_more_than_a_bucket_holds)
{
    token_bucket bucket({2, 10s});
    bucket.take(start, 2);
    bucket.give_back();
    BOOST_TEST(bucket.take(start).allowed);
    BOOST_TEST(!bucket.take(start).allowed);
    bucket.give_back(1000);
    BOOST_TEST(bucket.take(start, 0).remaining == 2u);
    bucket.give_back();
    BOOST_TEST(bucket.take(start, 0).remaining == 2u);

    token_buckets many({2, 10s}, 100, secret);
    many.give_back("nobody", start); // forgotten meanwhile
    BOOST_TEST(many.take("nobody", start, 2).allowed);
    BOOST_TEST(!many.take("nobody", start).allowed);
}

BOOST_AUTO_TEST_CASE(a_clock_that_falls_back_a_little_gives_nothing_away)
{
    token_bucket bucket({2, 10s});
    BOOST_TEST(bucket.take(start, 2).allowed);
    BOOST_TEST(!bucket.take(start - 1s).allowed);
    BOOST_TEST((bucket.take(start - 1s).wait == 6s));
    BOOST_TEST(bucket.take(start + 5s).allowed);
}

BOOST_AUTO_TEST_CASE(the_largest_rates_and_times_do_not_overflow)
{
    for (const rate r : {rate{1'000'000'000, 1s}, rate{1'000'000'000, 24h}, rate{1, 24h}}) {
        const steady_time late(std::chrono::hours(24 * 365 * 200));
        token_bucket bucket(r);
        BOOST_TEST(bucket.take(late, r.count).allowed);
        BOOST_TEST(!bucket.take(late, r.count).allowed);
        BOOST_TEST((bucket.take(late).wait >= 1ns));
        BOOST_TEST(bucket.take(late + r.period + 1s, r.count).allowed);
    }
}

BOOST_AUTO_TEST_CASE(it_does_what_a_bucket_does_that_is_kept_the_plain_way)
{
    struct tried {
        rate limit;
        nanoseconds each;
    };
    for (const auto& [limit, each] : {tried{{1, 1s}, 1s}, tried{{5, 1s}, 200ms}, tried{{600, 60s}, 100ms},
                                      tried{{7, 60s}, 8'571'428'572ns}, tried{{3, 1s}, 333'333'334ns}}) {
        watchword::test::repeatable_numbers random(limit.count);
        token_bucket bucket(limit);
        drawn_bucket drawn(limit, each, start);
        auto now = start;
        std::size_t allowed = 0, refused = 0;
        for (int i = 0; i < 20'000; ++i) {
            now +=
                nanoseconds(static_cast<std::int64_t>(random.below(3) * random.below(2 * std::uint64_t(each.count()))));
            const auto tokens = 1 + random.below(std::min<std::uint64_t>(limit.count, 4));
            if (random.below(10) == 0) {
                bucket.give_back(tokens);
                drawn.give_back(now, tokens);
                continue;
            }
            const auto outcome = bucket.take(now, tokens);
            const bool expected = drawn.take(now, tokens);
            BOOST_REQUIRE_EQUAL(outcome.allowed, expected);
            BOOST_REQUIRE_EQUAL(outcome.remaining, static_cast<std::uint64_t>(drawn.level / drawn.interval));
            const auto lacking = static_cast<std::int64_t>(tokens) * drawn.interval - drawn.level;
            if (!expected) BOOST_REQUIRE((outcome.wait == nanoseconds(lacking)));
            ++(expected ? allowed : refused);
        }
        BOOST_TEST(allowed > 1000u);
        BOOST_TEST(refused > 1000u);
    }
}

// For a rate whose interval is no whole number of nanoseconds, too.
BOOST_AUTO_TEST_CASE(in_no_span_of_time_are_there_more_than_a_bucket_and_what_comes_in_it)
{
    const rate limit{7, 1s};
    watchword::test::repeatable_numbers random(7);
    token_bucket bucket(limit);
    std::vector<std::int64_t> given;
    auto now = start;
    while (given.size() < 3000) {
        now += nanoseconds(static_cast<std::int64_t>(random.below(200'000'000)));
        if (bucket.take(now).allowed) given.push_back((now - start).count());
    }
    const auto count = static_cast<std::size_t>(limit.count);
    for (std::size_t first = 0; first < given.size(); ++first)
        for (auto last = first + count; last < std::min(first + 100, given.size()); ++last) {
            const auto beyond_a_bucket = static_cast<std::int64_t>(last - first + 1 - count);
            BOOST_REQUIRE((given[last] - given[first]) * 7 >= beyond_a_bucket * 1'000'000'000);
        }
}

BOOST_AUTO_TEST_CASE(each_key_has_a_bucket)
{
    token_buckets buckets({2, 10s}, 100, secret);
    for (const auto* key : {"a", "b"}) {
        BOOST_TEST(buckets.take(key, start).remaining == 1u);
        BOOST_TEST(buckets.take(key, start).remaining == 0u);
        BOOST_TEST(!buckets.take(key, start).allowed);
    }
    buckets.give_back("a", start);
    BOOST_TEST(buckets.take("a", start).allowed);
    BOOST_TEST(!buckets.take("b", start).allowed);
}

BOOST_AUTO_TEST_CASE(however_many_ask_at_once_no_token_is_given_twice)
{
    constexpr int askers = 200, times = 10;
    const rate limit{100, 10s};
    token_buckets buckets(limit, 1000, secret);
    token_bucket common(limit);
    std::atomic<std::uint64_t> given_of_a{0}, given_of_all{0};
    std::latch ready(askers);
    std::vector<std::thread> threads;
    for (int i = 0; i < askers; ++i)
        threads.emplace_back([&] {
            ready.arrive_and_wait();
            for (int t = 0; t < times; ++t) {
                if (buckets.take("a", start).allowed) ++given_of_a;
                if (common.take(start).allowed) ++given_of_all;
            }
        });
    for (auto& each : threads) each.join();
    BOOST_TEST(given_of_a == limit.count);
    BOOST_TEST(given_of_all == limit.count);
}

BOOST_AUTO_TEST_CASE(what_many_give_back_at_once_is_all_there_again)
{
    constexpr int askers = 8, times = 5000;
    const rate limit{100, 10s};
    token_buckets buckets(limit, 1000, secret);
    token_bucket common(limit);
    std::vector<std::thread> threads;
    for (int i = 0; i < askers; ++i)
        threads.emplace_back([&] {
            for (int t = 0; t < times; ++t) {
                if (buckets.take("a", start).allowed) buckets.give_back("a", start);
                if (common.take(start).allowed) common.give_back();
            }
        });
    for (auto& each : threads) each.join();
    BOOST_TEST(buckets.take("a", start, 0).remaining == limit.count);
    BOOST_TEST(common.take(start, 0).remaining == limit.count);
}

// Clients choose their keys, and how many: a flood of new ones costs no more than what was set aside.
BOOST_AUTO_TEST_CASE(a_million_keys_cost_what_the_table_takes)
{
    constexpr std::size_t keys = 65'536, flood = 1'000'000;
    BOOST_TEST(token_buckets::bytes_per_key == 24u); // as limits.keys says
    token_buckets buckets({5, 60s}, keys, secret);
    BOOST_TEST(buckets.capacity() == keys);
    const auto before = watchword::test::resident_bytes(::getpid());
    std::size_t allowed = 0;
    for (std::size_t i = 0; i < flood; ++i) {
        const auto* const bytes = reinterpret_cast<const char*>(&i);
        if (buckets.take({bytes, sizeof i}, start + nanoseconds(i)).allowed) ++allowed;
    }
    BOOST_TEST(allowed == flood);
    const auto most = before + keys * token_buckets::bytes_per_key + 256 * 1024;
    if (!watchword::test::is_sanitized) BOOST_TEST(watchword::test::resident_bytes(::getpid()) <= most);
}

BOOST_AUTO_TEST_SUITE_END()
