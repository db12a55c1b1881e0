#include "load/text_template.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace watchword::load;

namespace {

const std::vector<std::string> names{"unique", "token"};

std::string filled(std::string_view text, const std::string& token, encoding how = encoding::none)
{
    std::string out;
    text_template(text, names, how).append_to(out, {"u1", token});
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(text_templates)

BOOST_AUTO_TEST_CASE(values_stand_where_they_are_named)
{
    BOOST_TEST(filled("a ${token} b${unique}${token}", "T") == "a T bu1T");
    BOOST_TEST(filled("${token}", "") == "");
    BOOST_TEST(filled("$ {token} $x $", "T") == "$ {token} $x $");
    BOOST_TEST(filled("$${token} ${token}", "T") == "${token} T");
}

BOOST_AUTO_TEST_CASE(it_is_known_what_is_used)
{
    BOOST_TEST(text_template("plain $${", names).is_constant());
    BOOST_TEST(text_template("plain", names).uses() == 0u);
    BOOST_TEST(text_template("${token}", names).uses() == 2u);
    BOOST_TEST(text_template("${unique}${token}", names).uses() == 3u);
}

BOOST_AUTO_TEST_CASE(values_are_encoded_for_what_is_around_them)
{
    BOOST_TEST(filled("a=${token}", "b c&d=+%/\xc3\xa4", encoding::form) == "a=b+c%26d%3D%2B%25%2F%C3%A4");
    BOOST_TEST(filled(R"({"a": "${token}"})", "q\"b\\\n", encoding::json) == R"({"a": "q\"b\\\n"})");
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_refused)
{
    for (const auto* const text : {"${", "${token", "${nobody}", "${}", "a ${ token }"})
        BOOST_CHECK_THROW(text_template(text, names), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
