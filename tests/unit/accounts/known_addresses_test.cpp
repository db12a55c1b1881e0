#include "accounts/known_addresses.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace watchword;
using std::chrono::hours;

struct fixture {
    accounts::known_addresses known{1024, {1, 2}, 3};
    accounts::known_addresses::time_point now{hours(100)};

    static core::ip_address address(const std::string& text) { return core::parse_address(text).value(); }
    void remember(const std::string& email, std::uint64_t account, const std::string& from)
    {
        known.remember(email, account, address(from), now);
    }
    // 0 if there is none.
    std::uint64_t find(const std::string& email, const std::string& from)
    {
        return known.find(email, address(from), now).value_or(0);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(known_addresses, fixture)

BOOST_AUTO_TEST_CASE(an_account_is_known_by_the_address_it_was_signed_in_to_from)
{
    remember("a@x", 7, "192.0.2.1");
    BOOST_TEST(find("a@x", "192.0.2.1") == 7u);
    BOOST_TEST(find("a@x", "::ffff:192.0.2.1") == 7u);
    BOOST_TEST(find("a@x", "192.0.2.2") == 0u);
    BOOST_TEST(find("A@x", "192.0.2.1") == 0u);
    BOOST_TEST(find("b@x", "192.0.2.1") == 0u);
    remember("a@x", 7, "2001:db8:1:2::3");
    BOOST_TEST(find("a@x", "2001:db8:1:2:ffff::9") == 7u);
    BOOST_TEST(find("a@x", "2001:db8:1:3::3") == 0u);
}

BOOST_AUTO_TEST_CASE(the_last_four_are_remembered)
{
    for (int i = 1; i <= 4; ++i) {
        remember("a@x", 7, "192.0.2." + std::to_string(i));
        now += hours(2);
    }
    remember("a@x", 7, "192.0.2.1"); // again: now the second is the oldest
    now += hours(2);
    remember("a@x", 7, "192.0.2.5");
    for (const auto* kept : {"192.0.2.1", "192.0.2.3", "192.0.2.4", "192.0.2.5"}) BOOST_TEST(find("a@x", kept) == 7u);
    BOOST_TEST(find("a@x", "192.0.2.2") == 0u);
}

BOOST_AUTO_TEST_CASE(an_address_is_known_for_thirty_days)
{
    remember("a@x", 7, "192.0.2.1");
    now += hours(30 * 24 - 1);
    BOOST_TEST(find("a@x", "192.0.2.1") == 7u);
    now += hours(1);
    BOOST_TEST(find("a@x", "192.0.2.1") == 0u);
    remember("a@x", 7, "192.0.2.1");
    BOOST_TEST(find("a@x", "192.0.2.1") == 7u);
}

BOOST_AUTO_TEST_CASE(the_addresses_of_another_account_of_that_name_are_forgotten)
{
    remember("a@x", 7, "192.0.2.1");
    remember("a@x", 8, "192.0.2.2");
    BOOST_TEST(find("a@x", "192.0.2.1") == 0u);
    BOOST_TEST(find("a@x", "192.0.2.2") == 8u);
}

BOOST_AUTO_TEST_CASE(neither_questions_nor_one_account_s_many_addresses_make_it_forget_others)
{
    remember("a@x", 7, "192.0.2.1");
    for (int i = 0; i < 100'000; ++i) find(std::to_string(i) + "@x", "192.0.2.1");
    for (int i = 0; i < 100'000; ++i) {
        const auto number =
            std::to_string(i / 65536) + "." + std::to_string(i / 256 % 256) + "." + std::to_string(i % 256);
        remember("mallory@x", 9, "10." + number);
    }
    BOOST_TEST(find("a@x", "192.0.2.1") == 7u);
}

BOOST_AUTO_TEST_SUITE_END()
