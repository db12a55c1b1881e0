#include "core/json_elements.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>

namespace {

using namespace watchword::core;

// Each element's line and text, or what is wrong.
std::string read_all(const std::string& text, std::size_t limit = 100)
{
    std::istringstream in(text);
    json_elements elements(in, {"users", "items"}, limit);
    std::string all;
    for (auto e = elements.next(); e; e = elements.next())
        if (*e) {
            all += std::to_string(elements.line()) + e->value() + " ";
        } else {
            all += e->error() == errc::too_large ? "!large " : "!bad ";
        }
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_elements_of_a_stream)

BOOST_AUTO_TEST_CASE(elements_of_the_outermost_array_are_taken_out)
{
    BOOST_TEST(read_all("[]") == "");
    BOOST_TEST(read_all(" \n[ ] ") == "");
    BOOST_TEST(read_all("[{\"a\":[1,2]},\n{}]") == "1{\"a\":[1,2]} 2{} ");
    BOOST_TEST(read_all("[1,\"a,]\\\"}\",null]") == "11 1\"a,]\\\"}\" 1null ");
    BOOST_TEST(read_all("\xEF\xBB\xBF[1]") == "11 ");
}

BOOST_AUTO_TEST_CASE(elements_of_a_member_are_taken_out_and_the_rest_is_passed_over)
{
    BOOST_TEST(read_all("{\"users\":[1,2],\"more\":[3]}") == "11 12 ");
    BOOST_TEST(read_all("{\"x\": {\"users\":[9]}, \"y\" : \"}\", \"z\":[[]], \"items\" : [ {} ] }") == "1{}  ");
    BOOST_TEST(read_all("{\"users\":5,\"items\":[1]}") == "11 ");
    BOOST_TEST(read_all("{\"users\":{},\"items\":[1]}") == "11 ");
}

BOOST_AUTO_TEST_CASE(a_document_that_is_none_or_is_cut_says_so_once)
{
    for (const std::string bad :
         {"", " ", "5", "\"users\"", "{}", "{\"a\":1}", "{\"users\"", "{\"users\":", "{\"users\":[", "[", "[\"a",
          "[\"a\\", "[{", "{5:[1]}", "{\"a\":1 \"users\":[1]}", "{\"user", "null"})
        BOOST_TEST(read_all(bad) == "!bad ", bad);
    BOOST_TEST(read_all("[1,2") == "11 !bad ");
    BOOST_TEST(read_all("[{},{\"a\":") == "1{} !bad ");
    BOOST_TEST(read_all("[1]") == "11 ");
}

BOOST_AUTO_TEST_CASE(elements_are_bounded)
{
    BOOST_TEST(read_all("[\"0123456789\",1]", 12) == "1\"0123456789\" 11 ");
    BOOST_TEST(read_all("[\"01234567890\",1]", 12) == "!large 11 ");
    BOOST_TEST(read_all("{\"a\":\"01234567890123\",\"users\":[1]}", 12) == "11 ");
    const std::string deep(100'000, '[');
    BOOST_TEST(read_all("[" + deep + std::string(100'000, ']') + ",1]", 12) == "!large 11 ");
}

BOOST_AUTO_TEST_SUITE_END()
