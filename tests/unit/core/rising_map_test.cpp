#include "core/rising_map.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <latch>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace watchword::core;
using std::chrono::seconds;

constexpr siphash_key secret{1, 2};
constexpr timestamp early{seconds(1000)}, late{seconds(2000)};

hashed_key key(std::uint64_t number)
{
    return hashed_key::of(std::to_string(number), secret);
}

struct fixture {
    read_epochs epochs;
    rising_map map{epochs};

    std::uint64_t find(hashed_key k)
    {
        const read_epochs::reading reading(epochs);
        map.prefetch(k);
        return map.find(k);
    }
    void forget(timestamp now)
    {
        for (std::size_t shard = 0; shard < rising_map::shards; ++shard) map.forget(shard, now);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(rising_map_, fixture)

BOOST_AUTO_TEST_CASE(numbers_rise_and_do_not_fall)
{
    BOOST_TEST(find(key(1)) == 0u);
    map.raise(key(1), 5, late);
    BOOST_TEST(find(key(1)) == 5u);
    BOOST_TEST(find(key(2)) == 0u);
    map.raise(key(1), 4, late);
    map.raise(key(1), 5, late);
    BOOST_TEST(find(key(1)) == 5u);
    map.raise(key(1), ~std::uint64_t(0), late);
    map.raise(key(1), 1, late);
    BOOST_TEST(find(key(1)) == ~std::uint64_t(0));
    BOOST_TEST(map.size() == 1u);
}

BOOST_AUTO_TEST_CASE(nothing_is_kept_for_the_number_that_all_keys_have)
{
    map.raise(key(1), 0, late);
    BOOST_TEST(map.size() == 0u);
    map.raise(key(1), 3, late);
    map.raise(key(1), 0, late);
    BOOST_TEST(find(key(1)) == 3u);
}

BOOST_AUTO_TEST_CASE(halves_of_a_key_may_be_zero)
{
    map.raise({0, 0}, 1, late);
    map.raise({0, 7}, 2, late);
    map.raise({7, 0}, 3, late);
    BOOST_TEST(find({0, 0}) == 1u);
    BOOST_TEST(find({0, 7}) == 2u);
    BOOST_TEST(find({7, 0}) == 3u);
    BOOST_TEST(find({7, 7}) == 0u);
}

// One shard, one slot to begin at, the last: they go on at the table's start, through all its sizes.
BOOST_AUTO_TEST_CASE(keys_that_share_a_place_are_all_found)
{
    constexpr std::uint64_t count = 1000, last = ~std::uint64_t(0);
    const auto same_place = [](std::uint64_t i) { return hashed_key{(i + 1) * rising_map::shards, last}; };
    for (std::uint64_t i = 0; i < count; ++i) {
        map.raise(same_place(i), i + 1, late);
        BOOST_REQUIRE(find(same_place(i + 1)) == 0u);
    }
    for (std::uint64_t i = 0; i < count; ++i) BOOST_REQUIRE(find(same_place(i)) == i + 1);
    BOOST_TEST(map.size() == count);
}

BOOST_AUTO_TEST_CASE(each_is_kept_until_the_last_time_it_was_given)
{
    map.raise(key(1), 5, early);
    map.raise(key(2), 5, late);
    map.raise(key(3), 5, early);
    map.raise(key(3), 4, late);
    map.raise(key(4), 5, late);
    map.raise(key(4), 6, early);
    forget(early - seconds(1));
    BOOST_TEST(map.size() == 4u);
    forget(early);
    BOOST_TEST(map.size() == 3u);
    BOOST_TEST(find(key(1)) == 0u);
    BOOST_TEST(find(key(2)) == 5u);
    BOOST_TEST(find(key(3)) == 5u);
    BOOST_TEST(find(key(4)) == 6u);
    map.raise(key(1), 1, late);
    BOOST_TEST(find(key(1)) == 1u);
    forget(timestamp::max());
    BOOST_TEST(map.size() == 0u);
}

BOOST_AUTO_TEST_CASE(growing_drops_nothing_whatever_its_time)
{
    constexpr std::uint64_t count = 10'000;
    for (std::uint64_t i = 0; i < count; ++i) map.raise(key(i), 1, i % 2 == 0 ? timestamp::min() : late);
    BOOST_TEST(map.size() == count);
    for (std::uint64_t i = 0; i < count; ++i) BOOST_REQUIRE(find(key(i)) == 1u);
}

BOOST_AUTO_TEST_CASE(it_does_what_a_plain_map_does)
{
    constexpr std::uint64_t keys = 300;
    struct plain {
        std::uint64_t number;
        timestamp until;
    };
    std::map<std::uint64_t, plain> all;
    std::uint64_t state = 1;
    const auto below = [&](std::uint64_t bound) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return (state >> 33) % bound;
    };
    for (int i = 0; i < 20'000; ++i) {
        const timestamp time{seconds(below(100))};
        if (below(500) == 0) {
            forget(time);
            std::erase_if(all, [&](const auto& each) { return each.second.until <= time; });
        }
        const auto k = below(keys), number = below(50);
        map.raise(key(k), number, time);
        if (number > 0) {
            auto& mine = all.try_emplace(k, plain{number, time}).first->second;
            mine = {std::max(mine.number, number), std::max(mine.until, time)};
        }
        const auto asked = below(keys);
        const auto found = all.find(asked);
        BOOST_REQUIRE_EQUAL(find(key(asked)), found != all.end() ? found->second.number : 0);
        BOOST_REQUIRE_EQUAL(map.size(), all.size());
    }
}

BOOST_AUTO_TEST_CASE(memory_is_bounded_by_what_is_kept)
{
    constexpr std::size_t count = 200'000, allowance = 64 * 1024;
    BOOST_TEST(map.bytes() <= allowance);
    for (std::size_t i = 0; i < count; ++i) {
        map.raise(key(i), 1, i < 1000 ? late : early);
        if (i % 1000 == 0) BOOST_REQUIRE(map.bytes() <= (i + 1) * 56 + allowance);
    }
    BOOST_TEST(map.bytes() >= count * 32); // it is all counted
    forget(early);
    BOOST_TEST(map.bytes() <= 1000 * 56 + allowance);
}

BOOST_AUTO_TEST_CASE(tables_stay_as_long_as_somebody_reads_them)
{
    for (std::uint64_t i = 0; i < 10'000; ++i) map.raise(key(i), 1, early);
    const auto before = map.bytes();
    {
        const read_epochs::reading reading(epochs);
        forget(early);
        BOOST_TEST(map.bytes() > before);
    }
    map.raise(key(1), 1, late);
    BOOST_TEST(map.bytes() <= 64u * 1024);
}

// Each reader asks for keys of which it knows that raising them has returned.
BOOST_AUTO_TEST_CASE(readers_miss_nothing_while_tables_grow_and_shrink)
{
    constexpr std::uint64_t keys = 20'000;
    constexpr int readers = 3;
    std::atomic<std::uint64_t> raised{0};
    std::atomic<std::uint64_t> missed{0}, asked{0};
    std::latch ready(readers + 1);
    std::vector<std::thread> threads;
    for (int r = 0; r < readers; ++r)
        threads.emplace_back([&, r] {
            ready.arrive_and_wait();
            std::uint64_t at = static_cast<std::uint64_t>(r), mine = 0;
            for (std::uint64_t known = 0; known < keys; known = raised.load(), ++mine) {
                if (known == 0) continue;
                at = (at * 25'214'903'917 + 11) % known;
                if (find(key(at)) < at + 1) ++missed;
            }
            asked += mine;
        });
    ready.arrive_and_wait();
    for (std::uint64_t i = 0; i < keys; ++i) {
        map.raise(key(i), i + 1, late);
        map.raise(key(keys + i), 1, early);
        raised.store(i + 1);
        if (i % 256 == 0) map.forget((i / 256) % rising_map::shards, early);
    }
    for (auto& each : threads) each.join();
    BOOST_TEST(missed == 0u);
    BOOST_TEST(asked > 0u);
}

BOOST_AUTO_TEST_SUITE_END()
