#include "core/composed.hpp"
#include "core/text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace watchword::core;

namespace {

std::string nfc(std::string_view text)
{
    return std::string(composed(text).view());
}
std::string loose(std::string_view text)
{
    return std::string(loosely_composed(text).view());
}

} // namespace

BOOST_AUTO_TEST_SUITE(composed_text)

BOOST_AUTO_TEST_CASE(what_can_be_composed_is)
{
    BOOST_TEST(nfc("cafe\u0301 noe\u0308l") == "caf\u00E9 no\u00EBl");
    BOOST_TEST(nfc("\u212B") == "\u00C5");                   // ANGSTROM SIGN
    BOOST_TEST(nfc("\u1112\u1161\u11AB") == "\uD55C");       // Hangul
    BOOST_TEST(nfc("\uAC00\u11A8") == "\uAC01");             // a syllable and its end
    BOOST_TEST(nfc("\u1E9B\u0323") == "\u1E9B\u0323");       // of UAX 15, figure 6
    BOOST_TEST(nfc("s\u0323\u0307") == "\u1E69");            // in two steps
    BOOST_TEST(nfc("\u03B1\u0313\u0300\u0345") == "\u1F82"); // the longest decomposition
}

BOOST_AUTO_TEST_CASE(marks_come_in_one_order)
{
    BOOST_TEST(nfc("q\u0307\u0323") == "q\u0323\u0307");
    BOOST_TEST(nfc("s\u0307\u0323") == "\u1E69");
    // Those of one class keep theirs.
    BOOST_TEST(nfc("q\u0300\u0301") != nfc("q\u0301\u0300"));
    BOOST_TEST(nfc("q\u0301\u0300") == "q\u0301\u0300");
}

BOOST_AUTO_TEST_CASE(what_unicode_never_composes_is_taken_apart)
{
    BOOST_TEST(nfc("\u0958") == "\u0915\u093C");
    BOOST_TEST(nfc("\u0344") == "\u0308\u0301");
    BOOST_TEST(nfc("\u2126") == "\u03A9"); // OHM SIGN
}

BOOST_AUTO_TEST_CASE(compatibility_and_case_stay)
{
    for (const std::string text : {"Password", "\uFF50\uFF41", "\uFB01", "\u00B2", "\u00DF", "a\u200Bb", "\u0130"})
        BOOST_TEST(nfc(text) == text);
}

BOOST_AUTO_TEST_CASE(nothing_is_swallowed)
{
    BOOST_TEST(nfc("\uAC00\u11A7") == "\uAC00\u11A7");
}

BOOST_AUTO_TEST_CASE(what_is_no_utf8_stays_as_it_is)
{
    for (const std::string text : {"\xC3", "e\u0301\xFF", "\xED\xA0\x80", "\xF5\x80\x80\x80"}) {
        BOOST_TEST(nfc(text) == text);
        BOOST_TEST(loose(text) == text);
    }
    const std::string with_nul("e\u0301\0e\u0301", 7);
    BOOST_TEST(nfc(with_nul) == std::string("\u00E9\0\u00E9", 5));
}

BOOST_AUTO_TEST_CASE(it_changes_nothing_twice_and_the_quick_look_is_right)
{
    std::size_t plain = 0;
    for (char32_t c = 1; c < 0x110000; ++c) {
        if (c >= 0xD800 && c < 0xE000) continue;
        std::string text;
        const auto add = [&](char32_t byte) { text.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
        if (c < 0x80) {
            add(c);
        } else if (c < 0x800) {
            add(0xC0 | c >> 6);
            add(0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
            add(0xE0 | c >> 12);
            add(0x80 | (c >> 6 & 0x3F));
            add(0x80 | (c & 0x3F));
        } else {
            add(0xF0 | c >> 18);
            add(0x80 | (c >> 12 & 0x3F));
            add(0x80 | (c >> 6 & 0x3F));
            add(0x80 | (c & 0x3F));
        }
        const auto once = nfc("a" + text);
        if (nfc(once) != once) BOOST_ERROR("U+" << std::hex << static_cast<unsigned>(c));
        if (is_plainly_composed(text)) {
            ++plain;
            if (once != "a" + text) BOOST_ERROR("U+" << std::hex << static_cast<unsigned>(c));
        }
    }
    BOOST_TEST(plain == 0x2FFu);
}

BOOST_AUTO_TEST_CASE(loosely_case_and_width_and_what_is_unseen_are_gone)
{
    BOOST_TEST(loose("\uFF30\uFF41SS\u00ADWord") == "password");
    BOOST_TEST(loose("E\u0301mile") == "\u00E9mile");
    BOOST_TEST(loose("STRASSE") == loose("stra\u00DFe"));
    BOOST_TEST(loose("\uFDFA").size() == 33u); // of one character, 18
}

// A bubble sort of these marks would take hours.
BOOST_AUTO_TEST_CASE(texts_made_to_be_slow_are_not)
{
    std::string text = "a";
    for (int i = 0; i < 400'000; ++i) text += "\u0301"; // class 230
    for (int i = 0; i < 400'000; ++i) text += "\u0323"; // class 220, which belongs before
    const auto out = nfc(text);
    BOOST_TEST(out.starts_with("\u1EA1\u0323"));
    BOOST_TEST(out.ends_with("\u0301"));
}

BOOST_AUTO_TEST_SUITE_END()
