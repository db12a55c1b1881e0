#include "http/cookies.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using namespace std::string_literals;
using core::errc;
using http::new_cookie;
using http::same_site;

// The cookie `a` of some Cookie fields; "(none)" if there is none.
std::string a_of(const std::vector<std::string>& fields)
{
    http::request q;
    for (const auto& field : fields) q.headers.push_back({"Cookie", field});
    return std::string(http::cookie(q, "a").value_or("(none)"));
}

std::string written(const new_cookie& made)
{
    return http::set_cookie(made).value();
}

void refuse(const new_cookie& made, errc why = errc::invalid_input)
{
    const auto text = http::set_cookie(made);
    BOOST_TEST((text.has_error() && text.error() == why), made.name << "=" << made.value);
}

} // namespace

BOOST_AUTO_TEST_SUITE(cookies)

BOOST_AUTO_TEST_CASE(a_cookie_is_found_wherever_it_stands)
{
    for (const char* field :
         {"a=1", "a=1; b=2", "b=2; a=1", "b=2;a=1", "b=2;  \ta=1 ; c=3", "x; a=1", "b=a=2; a=1", ";;a=1;;", "a=1;",
          "=5; a=1", "A=2; a=1; aa=3", "b=\xC3\xA9 (x, y); a=1", "$Version=1; a=1; $Path=/"})
        BOOST_TEST(a_of({field}) == "1", field);
    BOOST_TEST(a_of({"b=2", "c=3; a=1", "d=4"}) == "1");

    http::request q;
    q.headers = {{"cOOKIE", "__Host-session=abc.def"}, {"Set-Cookie", "a=1"}, {"Cookie2", "a=1"}};
    BOOST_TEST(http::cookie(q, "__Host-session").value() == "abc.def");
    BOOST_TEST(!http::cookie(q, "__host-session"));
    BOOST_TEST(!http::cookie(q, "a"));
}

BOOST_AUTO_TEST_CASE(values_are_taken_as_they_are)
{
    BOOST_TEST(a_of({"a="}) == "");
    BOOST_TEST(a_of({"a=\"\""}) == "");
    BOOST_TEST(a_of({"a=\"x\""}) == "x");
    BOOST_TEST(a_of({"a= x "}) == "x");
    BOOST_TEST(a_of({"a =x"}) == "x");
    BOOST_TEST(a_of({"a=b=c="}) == "b=c=");
    BOOST_TEST(a_of({"a=%41+!#$&'()*-./:<>?@[]^_`{|}~"}) == "%41+!#$&'()*-./:<>?@[]^_`{|}~");
}

BOOST_AUTO_TEST_CASE(what_is_no_cookie_is_none)
{
    for (const auto& field :
         {""s, "a"s, "b=1"s, "aa=1"s, "A=1"s, "b=a=1"s, "a=x y"s, "a=\""s, "a=\"x"s, "a=x\""s, "a=\"x\"\""s, "a=x,y"s,
          "a=x\\y"s, "a=\xC3\xA9"s, "a=x\0y"s, "a=x\x7F"s, "a=x\ty"s, "\"a\"=1"s, "b=\"; a=\"1"s})
        BOOST_TEST(a_of({field}) == "(none)", field);
    BOOST_TEST(a_of({}) == "(none)");

    http::request q;
    q.headers = {{"Cookie", "=1; ; =; a b=2"}};
    for (const char* name : {"", " ", "a b", "=", "b=2"}) BOOST_TEST(!http::cookie(q, name), name);
}

BOOST_AUTO_TEST_CASE(a_name_given_twice_is_none)
{
    BOOST_TEST(a_of({"a=1; a=2"}) == "(none)");
    BOOST_TEST(a_of({"a=1; b=2; a=1"}) == "(none)");
    BOOST_TEST(a_of({"a=1", "a=2"}) == "(none)");
    BOOST_TEST(a_of({"a=1; a=x y"}) == "(none)"); // another reader might take the second
    BOOST_TEST(a_of({"a=\"; a=1"}) == "(none)");
    BOOST_TEST(a_of({"a=1; a =2"}) == "(none)");
    BOOST_TEST(a_of({"a=1; a=; a="}) == "(none)");
}

BOOST_AUTO_TEST_CASE(cookies_are_written_with_safe_defaults)
{
    BOOST_TEST(written({"a", "1"}) == "a=1; Path=/; HttpOnly; Secure; SameSite=Lax");
    BOOST_TEST(written({"a", ""}) == "a=; Path=/; HttpOnly; Secure; SameSite=Lax");
}

BOOST_AUTO_TEST_CASE(every_attribute_can_be_chosen)
{
    using std::chrono::seconds;
    BOOST_TEST(
        written(
            {.name = "a", .value = "1", .path = "/v1/x", .max_age = seconds(3600), .same_site = same_site::strict}) ==
        "a=1; Path=/v1/x; Max-Age=3600; HttpOnly; Secure; SameSite=Strict");
    BOOST_TEST(written({.name = "a", .value = "1", .max_age = seconds(0), .http_only = false, .secure = false}) ==
               "a=1; Path=/; Max-Age=0; SameSite=Lax");
    BOOST_TEST(written({.name = "a", .value = "1", .same_site = same_site::none}) ==
               "a=1; Path=/; HttpOnly; Secure; SameSite=None");
}

BOOST_AUTO_TEST_CASE(what_would_break_the_line_is_refused)
{
    for (const auto& name : {""s, "a b"s, "a;"s, "a="s, "a\r\nb"s, "a\0"s, "\xC3\xA9"s, "(a)"s, "\"a\""s})
        refuse({name, "1"});
    for (const auto& value : {"a b"s, "a;b"s, "a; Domain=b"s, "a\r\nSet-Cookie: b=1"s, "a\0"s, "\xC3\xA9"s, "\"a\""s,
                              "a,b"s, "a\\b"s, "a\x7F"s, " "s})
        refuse({"a", value});
    for (const auto& path : {""s, "v1"s, "/;Domain=b"s, "/\r\n"s, "/\0"s, "/\xC3\xA9"s, "/\x7F"s})
        refuse({"a", "1", path});
    refuse({.name = "a", .value = "1", .max_age = std::chrono::seconds(-1)});
}

BOOST_AUTO_TEST_CASE(what_browsers_would_drop_is_refused)
{
    refuse({.name = "a", .value = "1", .secure = false, .same_site = same_site::none});
    for (const char* name : {"__Host-a", "__host-a", "__HOST-a"}) {
        BOOST_TEST(written({name, "1"}).starts_with(name));
        refuse({.name = name, .value = "1", .secure = false});
        refuse({.name = name, .value = "1", .path = "/v1"});
    }
    for (const char* name : {"__Secure-a", "__secure-a"}) {
        BOOST_TEST(written({name, "1", "/v1"}).starts_with(name));
        refuse({.name = name, .value = "1", .secure = false});
    }
    BOOST_TEST(written({.name = "__Hosta", .value = "1", .path = "/v1", .secure = false}).starts_with("__Hosta=1"));

    const std::string long_value(4095, 'v'), long_path = "/" + std::string(1023, 'p');
    BOOST_TEST(written({"a", long_value, long_path}).size() > 5000);
    refuse({"ab", long_value}, errc::too_large);
    refuse({"a", "1", long_path + "p"}, errc::too_large);
}

BOOST_AUTO_TEST_SUITE_END()
