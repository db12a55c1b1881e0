#include "api/json_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

namespace {

std::string json(std::string_view text)
{
    std::string out;
    watchword::api::append_json_string(out, text);
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_text)

BOOST_AUTO_TEST_CASE(text_is_spelled_as_the_tutorial_spells_it)
{
    BOOST_TEST(json("plain") == "\"plain\"");
    BOOST_TEST(json("\xC5\xBD"
                    "ofie \xF0\x9F\x9A\x80") == "\"\\u017dofie \\ud83d\\ude80\"");
    BOOST_TEST(json("a\"b\\c/d") == "\"a\\\"b\\\\c/d\"");
    BOOST_TEST(json("\n\r\t\b\f\x01\x1f\x7f") == "\"\\n\\r\\t\\b\\f\\u0001\\u001f\x7f\"");
    BOOST_TEST(json(std::string_view("\0", 1)) == "\"\\u0000\"");
    BOOST_TEST(json("\xEF\xBF\xBF\xF4\x8F\xBF\xBF") == "\"\\uffff\\udbff\\udfff\"");
}

BOOST_AUTO_TEST_CASE(broken_utf8_becomes_the_replacement_character)
{
    BOOST_TEST(json("a\xFF"
                    "b") == "\"a\\ufffdb\"");
    BOOST_TEST(json("\xC5") == "\"\\ufffd\"");
    BOOST_TEST(json("\xED\xA0\x80") == "\"\\ufffd\\ufffd\\ufffd\"");
}

BOOST_AUTO_TEST_CASE(whatever_is_written_can_be_read_back)
{
    for (unsigned c = 1; c < 0x110000; c += c < 0x900 ? 1 : 257) {
        if (c >= 0xD800 && c < 0xE000) continue;
        std::string text;
        if (c < 0x80) {
            text = {static_cast<char>(c)};
        } else if (c < 0x800) {
            text = {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 63))};
        } else if (c < 0x10000) {
            text = {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 63)),
                    static_cast<char>(0x80 | (c & 63))};
        } else {
            text = {static_cast<char>(0xF0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 63)),
                    static_cast<char>(0x80 | (c >> 6 & 63)), static_cast<char>(0x80 | (c & 63))};
        }
        BOOST_REQUIRE(boost::json::parse(json(text)).as_string() == text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
