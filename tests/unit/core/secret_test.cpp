#include "core/secret.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace watchword::core;

BOOST_AUTO_TEST_SUITE(secret)

BOOST_AUTO_TEST_CASE(a_moved_from_string_holds_nothing_any_more)
{
    for (const std::string& text : {std::string("short"), std::string(100, 's')}) {
        std::string given = text;
        secret_string a(std::move(given));
        BOOST_TEST(given.empty()); // NOLINT: that it is empty is the point
        secret_string b(std::move(a));
        BOOST_TEST(a.empty()); // NOLINT
        BOOST_TEST(b.view() == text);
        a = b;
        BOOST_TEST(a.view() == b.view());
        b = std::move(a);
        BOOST_TEST(b.view() == text);
    }
}

BOOST_AUTO_TEST_CASE(the_memory_of_a_short_secret_is_overwritten)
{
    alignas(secret_string) unsigned char place[sizeof(secret_string)];
    auto* const s = new (place) secret_string(std::string_view("hunter2"));
    const std::string_view needle = "hunter2";
    const auto holds = [&] {
        return std::search(place, place + sizeof place, needle.begin(), needle.end()) != place + sizeof place;
    };
    BOOST_TEST(holds());
    s->~secret_string();
    BOOST_TEST(!holds());
}

BOOST_AUTO_TEST_CASE(equality_is_of_every_byte)
{
    for (std::size_t size = 0; size < 40; ++size) {
        const std::string a(size, 'a');
        BOOST_TEST(equal_in_constant_time(a, a));
        BOOST_TEST(!equal_in_constant_time(a, a + "a"));
        for (std::size_t i = 0; i < size; ++i) {
            auto b = a;
            b[i] = 'b';
            BOOST_TEST(!equal_in_constant_time(a, b));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
