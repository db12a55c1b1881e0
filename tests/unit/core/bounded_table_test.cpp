#include "core/bounded_table.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>
#include <vector>

namespace {

using watchword::core::bounded_table;

constexpr watchword::core::siphash_key secret{1, 2};

int next(bounded_table<int>& table, const std::string& key, std::uint64_t now)
{
    return table.visit(key, now, [](int& count) { return ++count; });
}

} // namespace

BOOST_AUTO_TEST_SUITE(bounded_table_)

BOOST_AUTO_TEST_CASE(a_key_has_a_value_of_its_own_that_begins_as_zero)
{
    bounded_table<int> table(100, secret);
    BOOST_TEST(next(table, "a", 1) == 1);
    BOOST_TEST(next(table, "b", 1) == 1);
    BOOST_TEST(next(table, "a", 2) == 2);
    BOOST_TEST(next(table, "", 2) == 1);
    BOOST_TEST(table.capacity() >= 100u);
    BOOST_TEST(table.bytes_per_key <= 64u);
}

// One set: its order can be seen.
BOOST_AUTO_TEST_CASE(the_key_that_was_not_asked_for_the_longest_is_forgotten)
{
    bounded_table<int> table(8, secret);
    for (std::uint64_t i = 0; i < 8; ++i) BOOST_TEST(next(table, std::to_string(i), i + 1) == 1);
    BOOST_TEST(next(table, "0", 9) == 2); // now 1 is the oldest
    BOOST_TEST(next(table, "new", 10) == 1);
    BOOST_TEST(next(table, "0", 11) == 3);
    for (std::uint64_t i = 2; i < 8; ++i) BOOST_TEST(next(table, std::to_string(i), 12) == 2);
    BOOST_TEST(next(table, "1", 13) == 1);
}

BOOST_AUTO_TEST_CASE(a_table_of_many_sets_keeps_what_is_asked_for_again_and_again)
{
    bounded_table<int> table(1024, secret);
    for (std::uint64_t now = 1; now <= 50'000; ++now) {
        next(table, "new" + std::to_string(now), now);
        if (now % 100 == 0) BOOST_TEST(next(table, "kept", now) == static_cast<int>(now / 100));
    }
}

BOOST_AUTO_TEST_CASE(keys_are_spread_by_the_secret)
{
    const auto forgotten = [](watchword::core::siphash_key s) {
        bounded_table<int> table(64, s);
        std::vector<int> seen;
        for (std::uint64_t now = 1; now <= 60; ++now) next(table, std::to_string(now), now);
        for (std::uint64_t now = 1; now <= 60; ++now) seen.push_back(next(table, std::to_string(now), 60 + now));
        return seen;
    };
    BOOST_TEST((forgotten({1, 2}) != forgotten({3, 4})));
}

BOOST_AUTO_TEST_CASE(no_change_of_several_threads_is_lost)
{
    bounded_table<int> table(100, secret);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 5000; ++i) next(table, std::to_string(i % 3), 1);
        });
    for (auto& each : threads) each.join();
    int all = 0;
    for (int i = 0; i < 3; ++i) all += next(table, std::to_string(i), 2) - 1;
    BOOST_TEST(all == 20'000);
}

// One set again.
BOOST_AUTO_TEST_CASE(where_keys_have_a_worth_the_least_is_forgotten)
{
    bounded_table<int> table(8, secret);
    const auto set_worth = [&](const std::string& key, std::uint64_t worth) {
        return table.visit_by_worth(key, [&](int& count, std::uint64_t& old) {
            const auto before = old;
            old = worth;
            ++count;
            return before;
        });
    };
    for (std::uint64_t i = 1; i <= 8; ++i) BOOST_TEST(set_worth(std::to_string(i), 100 - i) == 0u);
    BOOST_TEST(set_worth("new", 50) == 0u); // in the place of 8
    BOOST_TEST(set_worth("newer", 60) == 0u);
    BOOST_TEST(set_worth("new", 10) == 0u);
    for (std::uint64_t i = 1; i <= 7; ++i) BOOST_TEST(set_worth(std::to_string(i), 100) == 100 - i);
}

BOOST_AUTO_TEST_CASE(asking_about_what_is_not_known_changes_nothing)
{
    bounded_table<int> table(8, secret);
    const auto count_of = [&](const std::string& key) {
        int found = 0;
        const bool known = table.visit_known(key, [&](int count, std::uint64_t) { found = count; });
        BOOST_TEST(known == (found != 0));
        return found;
    };
    BOOST_TEST(count_of("a") == 0);
    for (std::uint64_t i = 0; i < 8; ++i) next(table, std::to_string(i), i + 1);
    for (int i = 0; i < 100; ++i) BOOST_TEST(count_of("other" + std::to_string(i)) == 0);
    for (int i = 0; i < 8; ++i) BOOST_TEST(count_of(std::to_string(i)) == 1);
    BOOST_TEST(next(table, "new", 9) == 1); // 0 is still the oldest, though it was asked about
    BOOST_TEST(count_of("0") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
