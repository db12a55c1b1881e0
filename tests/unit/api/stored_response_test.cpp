#include "api/stored_response.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace watchword;
using http::response;
using http::status;

response read(const response& r)
{
    return api::read_response(api::write_response(r)->view()).value();
}

bool reads(std::string_view bytes)
{
    return api::read_response(bytes).has_value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(stored_response)

BOOST_AUTO_TEST_CASE(a_response_is_read_as_it_was_written)
{
    response r(status::created, "application/json", std::string("{\"a\":\"\0\r\n\"}", 11));
    r.set("Location", "/v1/users/1").set("X", "").set("X-Frame-Options", "DENY");
    r.set_literal_lines("Cache-Control: no-store\r\n").never_compress();
    const auto again = read(r);
    BOOST_TEST((again.status() == status::created));
    BOOST_TEST(again.content_type() == "application/json");
    BOOST_TEST(again.body() == r.body());
    BOOST_TEST(again.lines() == std::string(r.lines()) + "Cache-Control: no-store\r\n");
    BOOST_TEST(again.has_security_fields());
    BOOST_TEST(!again.may_be_compressed());

    const auto empty = read(response(status::no_content));
    BOOST_TEST((empty.status() == status::no_content));
    BOOST_TEST((empty.body().empty() && empty.lines().empty() && empty.content_type().empty()));
    BOOST_TEST(empty.may_be_compressed());
    const auto shared =
        read(response(status::ok, "text/html; charset=utf-8", std::make_shared<const std::string>("s")));
    BOOST_TEST(shared.body() == "s");
    BOOST_TEST((read(http::problem(status::conflict, "c", "d")).status() == status::conflict));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_is_not)
{
    const auto stream = []() -> core::task<core::result<std::string>> { co_return std::string(); };
    BOOST_TEST(!api::write_response(response(status::ok, "application/json", stream)));
    BOOST_TEST(!api::write_response(response(status::ok, "image/png", std::string("x"))));
}

BOOST_AUTO_TEST_CASE(nothing_else_is_read)
{
    BOOST_TEST(reads("12011c00000006A: b\r\n{}"));
    for (const auto* bad :
         {"", "12011c0000000", "02011c00000006A: b\r\n{}", "12991c00000000{}", "10001c00000000{}", "12015c00000000{}",
          "1201xc00000000{}", "12011x00000000{}", "12011c00000009A: b\r\n{}", "12011c0000000aA: b\r\n{}",
          "12011c0000000gA: b\r\n{}", "12011c00000004A: b\r\n{}", "12011cFFFFFFFF{}", "1+011c00000000{}",
          "12011c00000006: bb\r\n{}", "12011c00000006A:bb\r\n{}", "12011c00000007A: b\r\r\n{}",
          "12011c00000007A b: \r\n{}", "12011c00000004AA\r\n{}"})
        BOOST_TEST(!reads(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
