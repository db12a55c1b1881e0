#include "accounts/roles.hpp"
#include "accounts/tutorial_tokens.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

using namespace watchword;
using watchword::accounts::join_roles;
using watchword::accounts::tutorial_tokens;

std::vector<std::string> numbered(int count)
{
    std::vector<std::string> all;
    for (int i = 0; i < count; ++i) all.push_back("r" + std::to_string(i));
    return all;
}

bool is_role(const std::string& word)
{
    const std::vector<std::string> one{word};
    return join_roles(one).has_value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(roles)

BOOST_AUTO_TEST_CASE(each_word_stands_there_once)
{
    const std::vector<std::string> none, some{"b", "a:x_1.2-3", "b"};
    BOOST_TEST(join_roles(none).value() == "");
    BOOST_TEST(join_roles(some).value() == "b a:x_1.2-3");
}

BOOST_AUTO_TEST_CASE(only_such_words_are_roles)
{
    for (const std::string good : {"a", "0", "org:admin", "_", "-", "."}) BOOST_TEST(is_role(good), good);
    for (const std::string bad : {"", "A", "a b", " a", "a\n", "ä", "a,b", "a/b", "a\"b"})
        BOOST_TEST(!is_role(bad), bad);
    BOOST_TEST(!is_role(std::string("a\0b", 3)));
    BOOST_TEST(is_role(std::string(64, 'a')));
    BOOST_TEST(!is_role(std::string(65, 'a')));
}

BOOST_AUTO_TEST_CASE(there_are_at_most_32)
{
    BOOST_TEST(join_roles(numbered(32)).has_value());
    BOOST_TEST((join_roles(numbered(33)).error() == core::errc::invalid_input));
    auto again = numbered(32);
    again.push_back("r0");
    BOOST_TEST(join_roles(again).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(the_tutorials_tokens)

// Whoever proves a password before a change is durable has no token that outlives it, whatever the seconds are.
BOOST_AUTO_TEST_CASE(no_token_from_before_a_change_outlives_it_and_every_later_one_does)
{
    using std::chrono::milliseconds;
    using std::chrono::seconds;
    constexpr seconds lifetime(5);
    const tutorial_tokens rule{lifetime};
    const core::precise_timestamp zero{seconds(1'000'000)};
    for (milliseconds start(0); start < seconds(2); start += milliseconds(250)) {
        const auto change = zero + start, until = core::precise_timestamp(rule.revoked_until(change));
        for (milliseconds took(0); took <= seconds(4); took += milliseconds(250)) {
            const auto durable = std::chrono::floor<seconds>(change + took);
            if (!tutorial_tokens::was_in_time(change, durable)) continue;
            const auto before = tutorial_tokens::expiry(durable, lifetime, {});
            BOOST_TEST((before <= std::chrono::floor<seconds>(until)));
        }
        for (milliseconds later(0); later <= seconds(9); later += milliseconds(250)) {
            const auto begun = std::chrono::floor<seconds>(change + later);
            const auto after = tutorial_tokens::expiry(begun, lifetime, rule.revoked_until(change));
            BOOST_TEST((after > std::chrono::floor<seconds>(until)));
            BOOST_TEST((after >= begun + lifetime));
        }
    }
    BOOST_TEST(tutorial_tokens::was_in_time(zero, core::timestamp(seconds(1'000'002))));
    BOOST_TEST(!tutorial_tokens::was_in_time(zero, core::timestamp(seconds(1'000'003))));
    BOOST_TEST(!tutorial_tokens::was_in_time(zero, core::timestamp(seconds(999'999)))); // a clock was set back
}

BOOST_AUTO_TEST_SUITE_END()
