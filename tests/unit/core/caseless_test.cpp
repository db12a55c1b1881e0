#include "core/caseless.hpp"
#include "core/text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace watchword::core;

namespace {

std::string utf8(char32_t c)
{
    const auto byte = [](char32_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
    if (c < 0x80) return {byte(c)};
    if (c < 0x800) return {byte(0xC0 | c >> 6), byte(0x80 | (c & 0x3F))};
    if (c < 0x10000) return {byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F))};
    return {byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 0x3F)), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F))};
}

} // namespace

BOOST_AUTO_TEST_SUITE(caseless)

BOOST_AUTO_TEST_CASE(case_and_form_make_no_difference)
{
    const std::string plain = "ann@b.test";
    for (const char* spelling : {"ann@b.test", "ANN@B.TEST", "Ann@b.Test", "\uFF41\uFF4E\uFF4E@b.test",
                                 "an\u00ADn@b.test" /* soft hyphen */, "a\u200Bnn@b.test" /* zero width space */})
        BOOST_TEST(caseless_key(spelling) == plain, spelling);
    BOOST_TEST(caseless_key("\u00C9mile@b.test") == "\u00E9mile@b.test");
    BOOST_TEST(caseless_key("E\u0301mile@b.test") == "\u00E9mile@b.test");
    BOOST_TEST(caseless_key("STRASSE@b.test") == caseless_key("stra\u00DFe@b.test"));
    BOOST_TEST(caseless_key("\u212Aelvin@b.test") == "kelvin@b.test"); // KELVIN SIGN
    BOOST_TEST(caseless_key("\u03A3\u03AF\u03C3\u03C5\u03C6\u03BF\u03C2@b.test") ==
               caseless_key("\u03C3\u03AF\u03C3\u03C5\u03C6\u03BF\u03C3@b.test"));
}

BOOST_AUTO_TEST_CASE(what_differs_otherwise_keeps_differing)
{
    BOOST_TEST(caseless_key("\u0430nn@b.test") != "ann@b.test"); // CYRILLIC SMALL LETTER A
    BOOST_TEST(caseless_key("ann@b.test ") != "ann@b.test");
    BOOST_TEST(caseless_key("a.nn@b.test") != "ann@b.test");
    BOOST_TEST(caseless_key("\u0131@b.test") != caseless_key("i@b.test")); // no language's own rules
}

BOOST_AUTO_TEST_CASE(what_is_not_utf8_is_its_own_key)
{
    for (const char* text : {"\xFF@b.test", "A\xC3@b.test", "\xED\xA0\x80@b.test", "\xC0\x80"}) {
        BOOST_TEST(caseless_key(text) == text);
        BOOST_TEST(is_caseless_key(text));
    }
    BOOST_TEST(caseless_key("").empty());
}

// Every character alone, after a letter and before a combining mark.
BOOST_AUTO_TEST_CASE(a_key_is_the_key_of_itself)
{
    std::size_t wrong = 0;
    for (char32_t c = 1; c <= 0x10FFFF; ++c) {
        if (c == 0xD800) c = 0xE000;
        const std::string mine = utf8(c);
        for (const auto& text : {mine, "e" + mine, mine + "\u0301", mine + "\u0345\u0308"}) {
            const auto key = caseless_key(text);
            if (caseless_key(key) == key && is_caseless_key(key) && is_utf8(key)) continue;
            if (++wrong < 10) BOOST_TEST_MESSAGE("U+" << std::hex << std::uint32_t(c));
        }
    }
    BOOST_TEST(wrong == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
