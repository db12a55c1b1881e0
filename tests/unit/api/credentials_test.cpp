#include "api/credentials.hpp"
#include "support/own_stack.hpp"
#include "support/test_form.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;

core::result<api::credentials> read(std::string_view type, std::string_view body)
{
    http::request q;
    q.headers.push_back({"Content-Type", type});
    q.body = body;
    return api::read_credentials(q);
}

bool has_nothing(std::string_view type, std::string_view body)
{
    const auto c = read(type, body);
    return c.has_value() && !c->name && !c->email && !c->password;
}

} // namespace

BOOST_AUTO_TEST_SUITE(credentials)

BOOST_AUTO_TEST_CASE(three_kinds_of_bodies_are_read)
{
    const std::string multipart = "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nN\r\n"
                                  "--b\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\ne@x\r\n"
                                  "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\np w\r\n--b--\r\n";
    for (const auto& c : {read("application/x-www-form-urlencoded; charset=utf-8", "name=N&email=e%40x&password=p+w"),
                          read("Multipart/Form-Data; boundary=\"b\"", multipart),
                          read("application/json", R"({"password":"p w","email":"e@x","name":"N","other":[1]})")}) {
        BOOST_REQUIRE(c.has_value());
        BOOST_TEST(c->name.value() == "N");
        BOOST_TEST(c->email.value() == "e@x");
        BOOST_TEST(c->password->view() == "p w");
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_counts_as_nothing_given)
{
    BOOST_TEST(has_nothing("", "email=e&password=p"));
    BOOST_TEST(has_nothing("text/plain", "email=e&password=p"));
    BOOST_TEST(has_nothing("application/json", "{"));
    BOOST_TEST(has_nothing("application/json", R"(["email"])"));
    BOOST_TEST(has_nothing("application/json", R"({"email":"a","email":"b"})"));
    BOOST_TEST(has_nothing("application/json", R"({"email":1,"password":null,"name":{}})"));
    BOOST_TEST(has_nothing("multipart/form-data", "--b--\r\n"));
    BOOST_TEST(has_nothing("multipart/form-data; boundary=b", "--b\r\n"));
}

BOOST_AUTO_TEST_CASE(empty_and_absent_are_told_apart)
{
    const auto c = read("application/x-www-form-urlencoded", "name=&email");
    BOOST_TEST(c->name.value() == "");
    BOOST_TEST(c->email.value() == "");
    BOOST_TEST(!c->password.has_value());
}

// On the heap: tests/e2e/secrets_test.cpp.
BOOST_AUTO_TEST_CASE(no_password_is_left_on_the_stack, *boost::unit_test::enable_if<!test::is_sanitized>())
{
    static const std::string type[] = {"application/json", "application/x-www-form-urlencoded",
                                       "multipart/form-data; boundary=b"};
    static std::string body;
    const auto left = [](std::string_view content_type, const std::string& sent) {
        body = sent;
        return test::left_on_stack([&] { static_cast<void>(read(content_type, body)); });
    };
    // The longest that fit into small strings and a longer one.
    for (const std::string secret : {"qVxLm2Zp9aTr", "qVxLm2Zp9aTrKe", "qVxLm2Zp9aTrKe5 and more"}) {
        const auto first = secret.substr(0, 8);
        for (const auto& bytes :
             {left(type[0], R"({"password":")" + secret + "\"}"),
              left(type[0], R"({"password":")" + secret + R"(\n"})"), left(type[0], "\"" + secret + "\""),
              left(type[0], "[\"" + secret), left(type[1], "password=" + secret),
              left(type[1], "password=%00&" + secret),
              left(type[2], "--b\r\nContent-Disposition: form-data; name=password\r\n\r\n" + secret + "\r\n--b--")})
            BOOST_TEST((bytes.find(first) == bytes.npos), secret);
    }
}

BOOST_AUTO_TEST_CASE(too_many_parts_are_an_error)
{
    std::string body;
    for (int i = 0; i < 1001; ++i) body += "x=1&";
    BOOST_TEST((read("application/x-www-form-urlencoded", body).error() == core::errc::too_large));
}

BOOST_AUTO_TEST_SUITE_END()
