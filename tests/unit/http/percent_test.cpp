#include "http/percent.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using namespace std::string_literals;
using http::form_decode;
using http::percent_decode;

} // namespace

BOOST_AUTO_TEST_SUITE(percent)

BOOST_AUTO_TEST_CASE(escapes_of_either_case_become_bytes)
{
    BOOST_TEST(percent_decode("").value() == "");
    BOOST_TEST(percent_decode("a%2fb%2Fc").value() == "a/b/c");
    BOOST_TEST(percent_decode("%00%ff%C3%a9").value() == "\0\xff\xc3\xa9"s);
    BOOST_TEST(percent_decode("%2541").value() == "%41"); // decoded once
}

BOOST_AUTO_TEST_CASE(a_plus_in_a_path_is_a_plus)
{
    BOOST_TEST(percent_decode("a+b").value() == "a+b");
}

BOOST_AUTO_TEST_CASE(a_percent_sign_that_starts_no_escape_makes_a_path_invalid)
{
    for (const auto* text : {"%", "%2", "a%", "%zz", "%2g", "%g2", "%%41", "% 41", "%+1", "%-1", "%u0041"})
        BOOST_TEST((percent_decode(text).error() == core::errc::invalid_input), text);
}

BOOST_AUTO_TEST_CASE(in_a_form_it_stands_for_itself)
{
    for (const auto* text : {"%", "%2", "a%", "%zz", "%2g", "%g2", "100%", "%u0041"})
        BOOST_TEST(form_decode(text) == text);
    BOOST_TEST(form_decode("%%41") == "%A");
    BOOST_TEST(form_decode("%4%41") == "%4A");
}

BOOST_AUTO_TEST_CASE(a_plus_in_a_form_is_a_space)
{
    BOOST_TEST(form_decode("a+b++%2B") == "a b  +");
}

BOOST_AUTO_TEST_SUITE_END()
