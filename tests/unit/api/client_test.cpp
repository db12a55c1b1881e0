#include "api/client.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;

accounts::client client_of(std::vector<http::header_field> headers, std::string_view address = "192.0.2.1",
                           bool secure = false)
{
    http::request q;
    q.headers = std::move(headers);
    q.remote_address = address;
    q.secure = secure;
    return api::client_of(q);
}

} // namespace

BOOST_AUTO_TEST_SUITE(client)

BOOST_AUTO_TEST_CASE(the_address_is_that_of_the_request)
{
    BOOST_TEST(client_of({}).address->to_string() == "192.0.2.1");
    BOOST_TEST(client_of({}, "2001:db8::1").address->to_string() == "2001:db8::1");
    BOOST_TEST(!client_of({}, "unix").address.has_value());
    BOOST_TEST(!client_of({}, "").address.has_value());
}

BOOST_AUTO_TEST_CASE(a_token_comes_along_where_it_may_stand)
{
    BOOST_TEST(client_of({{"X-Access-Token", "t"}}).token.view() == "t");
    BOOST_TEST(client_of({{"Authorization", "Bearer t"}}).token.view() == "t");
    BOOST_TEST(client_of({{"x-access-token", "t"}, {"x-access-token", "t"}}).token.empty());
    BOOST_TEST(client_of({{"Authorization", "Basic t"}}).token.empty());
    BOOST_TEST(client_of({}).token.empty());
}

BOOST_AUTO_TEST_CASE(the_device_is_the_cookie_of_this_kind_of_connection)
{
    const std::vector<http::header_field> plain{{"Cookie", "a=b; watchword_device=d.e; c=d"}};
    const std::vector<http::header_field> secure{{"Cookie", "__Host-watchword_device=d.e"}};
    BOOST_TEST(client_of(plain).device.view() == "d.e");
    BOOST_TEST(client_of(plain, "", true).device.empty());
    BOOST_TEST(client_of(secure, "", true).device.view() == "d.e");
    BOOST_TEST(client_of(secure).device.empty());
    BOOST_TEST(client_of({{"Cookie", "watchword_device=d; watchword_device=e"}}).device.empty());
    BOOST_TEST(client_of({}).device.empty());
}

BOOST_AUTO_TEST_SUITE_END()
