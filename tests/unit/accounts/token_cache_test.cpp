#include "accounts/token_cache.hpp"
#include "support/repeatable.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace watchword;
using places = accounts::token_places;

constexpr std::size_t capacity = 1024, sets = capacity / places::ways;

struct fixture {
    test::repeatable_numbers random{1};
    accounts::token_cache<int> cache{capacity, {1, 2}};

    // As tokens are: a head that all share, a tail that is as good as random.
    std::string token()
    {
        constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        std::string text = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.";
        for (int i = 0; i < 43; ++i) text.push_back(digits[random.next() % digits.size()]);
        return text;
    }
    std::vector<std::string> tokens(std::size_t count)
    {
        std::vector<std::string> made;
        while (made.size() < count) made.push_back(token());
        return made;
    }
    // One for each of as many users.
    std::vector<std::string> fill(std::size_t count)
    {
        auto made = tokens(count);
        for (std::size_t i = 0; i < count; ++i) cache.put(made[i], "user " + std::to_string(i), static_cast<int>(i));
        return made;
    }
    std::size_t count_kept(const std::vector<std::string>& all)
    {
        std::size_t kept = 0;
        for (const auto& each : all)
            if (cache.find(each)) ++kept;
        return kept;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(token_cache, fixture)

BOOST_AUTO_TEST_CASE(what_was_put_in_is_found_by_exactly_that_token)
{
    const auto good = token();
    BOOST_TEST(!cache.find(good));
    cache.put(good, "a", 7);
    BOOST_REQUIRE(cache.find(good));
    BOOST_TEST(*cache.find(good) == 7);
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto altered = good;
        altered[i] = altered[i] == 'A' ? 'B' : 'A';
        BOOST_TEST(!cache.find(altered), "byte " << i);
    }
    BOOST_TEST(!cache.find(good + "A"));
    BOOST_TEST(!cache.find("A" + good)); // the same end, which says where it would be
    BOOST_TEST(!cache.find(good.substr(1)));
    BOOST_TEST(!cache.find(""));
    BOOST_TEST(!cache.find(good.substr(good.size() - 15)));
    cache.put(good, "a", 8);
    BOOST_TEST(*cache.find(good) == 8);
}

BOOST_AUTO_TEST_CASE(tokens_that_are_too_long_or_too_short_are_not_kept)
{
    for (const std::size_t size :
         {std::size_t(0), std::size_t(1), places::shortest_kept - 1, places::longest_kept + 1}) {
        const std::string odd(size, 'x');
        cache.put(odd, "a", 1);
        BOOST_TEST(!cache.find(odd));
    }
    for (const std::size_t size : {places::shortest_kept, places::longest_kept}) {
        const std::string good(size, 'x');
        cache.put(good, "a", 1);
        BOOST_TEST(cache.find(good));
    }
}

BOOST_AUTO_TEST_CASE(a_flood_of_bad_tokens_pushes_out_no_good_one)
{
    const auto all = fill(8 * capacity);
    const auto kept = count_kept(all);
    BOOST_TEST(kept == capacity); // it is full
    for (int i = 0; i < 100'000; ++i) cache.find(token());
    for (const auto& good :
         all) { // forged ones that end as good ones do, so that they are looked for in the same place
        cache.find("x" + good.substr(1));
        cache.find("x" + good);
    }
    BOOST_TEST(count_kept(all) == kept);
}

BOOST_AUTO_TEST_CASE(one_users_tokens_push_out_at_most_a_quarter)
{
    const auto others = fill(8 * capacity);
    BOOST_TEST(count_kept(others) == capacity);
    for (int i = 0; i < 100'000; ++i) cache.put(token(), "greedy", i);
    const auto left = count_kept(others);
    BOOST_TEST(left >= capacity - sets * places::most_of_one_owner);
    BOOST_TEST(left == capacity * 3 / 4); // as he had so many that he met every set
    // With many more of his own than he may keep, his latest are kept.
    const auto latest = token();
    cache.put(latest, "greedy", 1);
    BOOST_TEST(cache.find(latest));
}

BOOST_AUTO_TEST_CASE(a_user_may_have_several_tokens_and_loses_his_own_first)
{
    accounts::token_cache<int> one_set(places::ways, {1, 2});
    const auto own = tokens(3), others = tokens(places::ways - 2);
    one_set.put(own[0], "a", 0);
    one_set.put(own[1], "a", 1);
    for (std::size_t i = 0; i < others.size(); ++i) one_set.put(others[i], "b" + std::to_string(i), 2);
    one_set.find(own[0]); // used later than the other
    one_set.put(own[2], "a", 3);
    BOOST_TEST(one_set.find(own[0]));
    BOOST_TEST(!one_set.find(own[1]));
    BOOST_TEST(one_set.find(own[2]));
    for (const auto& each : others) BOOST_TEST(one_set.find(each));
}

BOOST_AUTO_TEST_CASE(the_least_recently_used_makes_room)
{
    accounts::token_cache<int> one_set(places::ways, {1, 2});
    const auto all = tokens(places::ways + 2);
    for (std::size_t i = 0; i < places::ways; ++i) one_set.put(all[i], std::to_string(i), static_cast<int>(i));
    for (std::size_t i = 0; i < places::ways; ++i) BOOST_TEST(one_set.find(all[i]));
    one_set.find(all[0]);
    one_set.put(all[places::ways], "new", 8);
    one_set.put(all[places::ways + 1], "newer", 9);
    BOOST_TEST(one_set.find(all[0]));
    BOOST_TEST(!one_set.find(all[1]));
    BOOST_TEST(!one_set.find(all[2]));
    for (std::size_t i = 3; i < all.size(); ++i) BOOST_TEST(one_set.find(all[i]));
}

// Whatever others do: eight users would have to come to its set between two of its uses.
BOOST_AUTO_TEST_CASE(a_token_in_use_stays_though_many_users_come_and_go)
{
    const auto busy = token();
    cache.put(busy, "busy", 1);
    for (std::size_t i = 0; i < 50'000; ++i) {
        cache.put(token(), "user " + std::to_string(i), 2);
        if (i % 16 == 0) BOOST_REQUIRE(cache.find(busy));
    }
}

BOOST_AUTO_TEST_CASE(a_value_that_was_pushed_out_is_gone)
{
    accounts::token_cache<std::shared_ptr<int>> one_set(1, {1, 2});
    std::vector<std::weak_ptr<int>> values;
    for (std::size_t i = 0; i < 100; ++i) {
        const auto value = std::make_shared<int>(1);
        values.push_back(value);
        one_set.put(token(), std::to_string(i), value);
    }
    std::size_t alive = 0;
    for (const auto& each : values) alive += each.expired() ? 0 : 1;
    BOOST_TEST(alive == places::ways);
}

BOOST_AUTO_TEST_SUITE_END()
