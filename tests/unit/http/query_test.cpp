#include "http/query.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>

namespace {

using namespace watchword;
using namespace std::string_literals;
using core::errc;
using http::parse_query;
using http::single;
using http::single_integer;

constexpr auto least = std::numeric_limits<std::int64_t>::min(), most = std::numeric_limits<std::int64_t>::max();

core::result<std::optional<std::int64_t>> number(std::string_view query, std::int64_t from = least,
                                                 std::int64_t to = most)
{
    const auto values = parse_query(query).value();
    return single_integer(values, "n", from, to);
}

} // namespace

BOOST_AUTO_TEST_SUITE(query)

BOOST_AUTO_TEST_CASE(a_query_is_read_like_a_form)
{
    const auto values = parse_query("a=1&b+c=%C3%A9%00+x&d&=e&&f=100%").value();
    BOOST_TEST(single(values, "a").value().value() == "1");
    BOOST_TEST(single(values, "b c").value().value() == "\xC3\xA9\0 x"s);
    BOOST_TEST(single(values, "d").value().value() == "");
    BOOST_TEST(single(values, "").value().value() == "e");
    BOOST_TEST(single(values, "f").value().value() == "100%");
    const auto none = parse_query("").value();
    BOOST_TEST(none.fields().empty());
}

BOOST_AUTO_TEST_CASE(pairs_are_limited)
{
    std::string text;
    for (int i = 0; i < 100; ++i) text += "a=b&";
    const auto most = parse_query(text).value();
    BOOST_TEST(most.fields().size() == 100u);
    BOOST_TEST((parse_query(text + "c").error() == errc::too_large));
}

BOOST_AUTO_TEST_CASE(a_value_is_there_once_or_not_at_all)
{
    const auto values = parse_query("a=1&b=2&%61=1&c=").value();
    BOOST_TEST((single(values, "a").error() == errc::invalid_input)); // equal values too, and however it is written
    BOOST_TEST(single(values, "b").value().value() == "2");
    BOOST_TEST(single(values, "c").value().value() == "");
    BOOST_TEST(!single(values, "B").value());
    BOOST_TEST(!single(values, "d").value());
}

BOOST_AUTO_TEST_CASE(numbers_have_one_spelling)
{
    BOOST_TEST(number("n=0").value().value() == 0);
    BOOST_TEST(number("n=7").value().value() == 7);
    BOOST_TEST(number("n=%37").value().value() == 7);
    BOOST_TEST(number("n=-70").value().value() == -70);
    BOOST_TEST(number("n=9223372036854775807").value().value() == most);
    BOOST_TEST(number("n=-9223372036854775808").value().value() == least);
    BOOST_TEST(!number("").value());
    BOOST_TEST(!number("N=7").value());
    for (const char* bad : {"n=",
                            "n",
                            "n=+7",
                            "n=%2B7",
                            "n=07",
                            "n=00",
                            "n=-0",
                            "n=-07",
                            "n=-",
                            "n=--7",
                            "n=7.0",
                            "n=7e1",
                            "n=0x7",
                            "n=7+",
                            "n=+",
                            "n=%207",
                            "n=7%00",
                            "n=seven",
                            "n=9223372036854775808",
                            "n=-9223372036854775809",
                            "n=99999999999999999999999999",
                            "n=7&n=7",
                            "n=7&n=8"})
        BOOST_TEST((number(bad).has_error() && number(bad).error() == errc::invalid_input), bad);
}

BOOST_AUTO_TEST_CASE(numbers_stay_in_their_range)
{
    BOOST_TEST(number("n=1", 1, 100).value().value() == 1);
    BOOST_TEST(number("n=100", 1, 100).value().value() == 100);
    BOOST_TEST(number("n=-5", -5, -5).value().value() == -5);
    BOOST_TEST(!number("", 1, 100).value());
    for (const char* bad : {"n=0", "n=101", "n=-1", "n=-100"})
        BOOST_TEST((number(bad, 1, 100).has_error() && number(bad, 1, 100).error() == errc::invalid_input), bad);
}

BOOST_AUTO_TEST_SUITE_END()
