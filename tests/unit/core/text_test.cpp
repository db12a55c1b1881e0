#include "core/text.hpp"

#include <boost/test/unit_test.hpp>

using namespace watchword::core;

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(base64url_matches_rfc_4648_without_padding)
{
    const std::pair<const char*, const char*> known[] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xff\xef", "_-8"}};
    for (const auto& [plain, coded] : known) {
        BOOST_TEST(base64url_encode(plain) == coded);
        BOOST_TEST(base64url_decode(coded).value() == plain);
    }
    std::string all;
    for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
    BOOST_TEST(base64url_decode(base64url_encode(all)).value() == all);
}

BOOST_AUTO_TEST_CASE(base64url_has_one_spelling)
{
    for (const char* bad : {"Zg==", "Zg=", "Zh", "Zm9", "Zm+/", "Z", "Zm9vY", "Zm 9v", "Zm9v\n", "\xc3\xa9"})
        BOOST_TEST(!base64url_decode(bad).has_value(), bad);
    // Of two to six digits, wherever the bad one is: 'B' has spare bits at the end of two or three.
    for (std::size_t size = 2; size <= 6; ++size) {
        if (size == 5) continue;
        const std::string good(size, 'A');
        BOOST_TEST(base64url_decode(good).value() == std::string(size * 3 / 4, '\0'));
        for (std::size_t i = 0; i < size; ++i)
            for (const char bad : {'=', '+', '\x80', '\0', 'B'}) {
                auto text = good;
                text[i] = bad;
                const bool is_good = bad == 'B' && (i + 1 < size || size == 4);
                BOOST_TEST(base64url_decode(text).has_value() == is_good, text);
            }
    }
}

BOOST_AUTO_TEST_CASE(hex_is_lower_case_and_even)
{
    BOOST_TEST(hex_encode(std::string("\x00\xff\x10", 3)) == "00ff10");
    BOOST_TEST(hex_decode("00ff10").value() == std::string("\x00\xff\x10", 3));
    for (const char* bad : {"0", "0g", "FF", " 00", "0x00"}) BOOST_TEST(!hex_decode(bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(utf8_is_told_from_what_only_looks_like_it)
{
    for (const char* good : {"", "plain ascii of some length", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                             "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF",
                             "1234567\xC5\xBE"
                             "89012345"})
        BOOST_TEST(is_utf8(good), good);
    for (const char* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2g", "\xE0\x9F\xBF", "\xE1\x80", "\xED\xA0\x80",
                            "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF0\x90\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
                            "\xFF", "12345678\xFF", "1234567\xC5", "\xE1\x80\x80\x80"})
        BOOST_TEST(!is_utf8(bad), bad);
    BOOST_TEST(is_utf8(std::string_view("\0", 1)));
    BOOST_TEST(utf8_size("\xF0\x9F\x9A\x80x") == 4u);
    BOOST_TEST(utf8_size("") == 0u);
}

BOOST_AUTO_TEST_CASE(letters_are_folded_in_ascii_only)
{
    BOOST_TEST(iequals("Content-LENGTH", "content-length"));
    BOOST_TEST(!iequals("a", "ab"));
    BOOST_TEST(!iequals("\xC3\x89", "\xC3\xA9"));
    BOOST_TEST(!iequals("[", "{"));
}

BOOST_AUTO_TEST_CASE(trim_takes_spaces_and_tabs_from_the_ends)
{
    BOOST_TEST(trim(" \t a b\t ") == "a b");
    BOOST_TEST(trim(" \t ") == "");
    BOOST_TEST(trim("\na") == "\na");
}

BOOST_AUTO_TEST_CASE(a_number_is_digits_that_fit)
{
    BOOST_TEST(parse_unsigned("0").value() == 0u);
    BOOST_TEST(parse_unsigned("18446744073709551615").value() == UINT64_MAX);
    for (const char* bad : {"", "18446744073709551616", "+1", "-1", " 1", "1 ", "0x1", "1e3", "1.0"})
        BOOST_TEST(!parse_unsigned(bad).has_value(), bad);
}

BOOST_AUTO_TEST_SUITE_END()
