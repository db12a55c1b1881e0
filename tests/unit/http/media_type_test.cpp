#include "http/media_type.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using http::parse_disposition;
using http::parse_media_type;

std::string parameter(std::string_view text, std::string_view name)
{
    const auto type = parse_media_type(text);
    return type ? std::string(type->parameter(name).value_or("absent")) : "malformed";
}

} // namespace

BOOST_AUTO_TEST_SUITE(media_types)

BOOST_AUTO_TEST_CASE(type_and_subtype_are_folded_to_lower_case)
{
    for (const auto* text : {"text/html", "Text/HTML", "  text/html\t", "text/html;", "text/html ; charset=utf-8"})
        BOOST_TEST(parse_media_type(text).value().essence == "text/html", text);
    BOOST_TEST(parse_media_type("application/vnd.api+json").value().essence == "application/vnd.api+json");
}

BOOST_AUTO_TEST_CASE(parameters_are_found_by_name_whatever_its_case)
{
    BOOST_TEST(parameter("text/html; Charset=UTF-8", "charset") == "UTF-8");
    BOOST_TEST(parameter("text/html;a=1;b=2", "b") == "2");
    BOOST_TEST(parameter("text/html \t; \t a=1 ;; ; b=2;", "b") == "2");
    BOOST_TEST(parameter("text/html;a=1", "b") == "absent");
    BOOST_TEST(parameter("text/html", "a") == "absent");
}

BOOST_AUTO_TEST_CASE(a_quoted_value_may_hold_what_a_token_may_not)
{
    BOOST_TEST(parameter("a/b; x=\"1; y=2, /?\"", "x") == "1; y=2, /?");
    BOOST_TEST(parameter("a/b; x=\"\"", "x") == "");
    BOOST_TEST(parameter("a/b; x=\"quoted \\\" value\"", "x") == "quoted \" value");
    BOOST_TEST(parameter("a/b; x=\"back\\\\slash\"", "x") == "back\\slash");
    BOOST_TEST(parameter("a/b; x=\"1\"; y=2", "y") == "2");
    BOOST_TEST(parameter("a/b; x=\"\\\\\"; y=2", "y") == "2");
}

BOOST_AUTO_TEST_CASE(a_token_stands_for_itself_without_quotes)
{
    BOOST_TEST(parameter("multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxk", "boundary") ==
               "----WebKitFormBoundary7MA4YWxk");
    BOOST_TEST(parameter("a/b; x=!#$%&'*+-.^_`|~09azAZ", "x") == "!#$%&'*+-.^_`|~09azAZ");
}

BOOST_AUTO_TEST_CASE(what_is_no_media_type_is_refused)
{
    using namespace std::string_view_literals;
    for (const auto text : {""sv,
                            " "sv,
                            "/"sv,
                            "text"sv,
                            "text/"sv,
                            "/html"sv,
                            "text /html"sv,
                            "text/ html"sv,
                            "text/html/x"sv,
                            "text/html, text/plain"sv,
                            "text/html charset=utf-8"sv,
                            "text/html; charset"sv,
                            "text/html; charset =utf-8"sv,
                            "text/html; =utf-8"sv,
                            "text/html; x=\"open"sv,
                            "text/html; x=\"open\\\""sv,
                            "text/html; x=\"a\"b"sv,
                            "text/html; x=a b"sv,
                            "text/html\0"sv,
                            "te\xc3\xa9/html"sv,
                            "text/html; x=\xff"sv})
        BOOST_TEST((parse_media_type(text).error() == core::errc::invalid_input), text);
}

BOOST_AUTO_TEST_CASE(an_empty_value_without_quotes_is_tolerated)
{
    BOOST_TEST(parameter("a/b; x=; y=2", "x") == "");
    BOOST_TEST(parameter("a/b; x=; y=2", "y") == "2");
}

BOOST_AUTO_TEST_CASE(a_parameter_given_twice_is_refused)
{
    for (const auto* text : {"a/b; x=1; x=2", "a/b; x=1; X=1", "a/b; x=1; y=2; x=1"})
        BOOST_TEST((parse_media_type(text).error() == core::errc::invalid_input), text);
}

BOOST_AUTO_TEST_CASE(there_may_be_16_parameters_and_no_more)
{
    std::string text = "a/b";
    for (int i = 0; i < 16; ++i) text += ";p" + std::to_string(i) + "=" + std::to_string(i);
    BOOST_TEST(parameter(text, "p15") == "15");
    BOOST_TEST(parameter(text + ";p16=16", "p16") == "malformed");
}

BOOST_AUTO_TEST_CASE(a_disposition_is_one_token_with_parameters)
{
    const auto d = parse_disposition(" Form-Data; name=\"a b\"; FileName=\"C:\\dir\\x.png\"");
    BOOST_REQUIRE(d);
    BOOST_TEST(d->essence == "form-data");
    BOOST_TEST(*d->parameter("name") == "a b");
    BOOST_TEST(*d->parameter("filename") == "C:\\dir\\x.png");
    for (const auto* text : {"", ";name=x", "form-data; name", "form-data; name=\"x", "form-data; name=a; name=b"})
        BOOST_TEST((parse_disposition(text).error() == core::errc::invalid_input), text);
}

BOOST_AUTO_TEST_SUITE_END()
