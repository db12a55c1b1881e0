#include "http/link.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace {

using namespace watchword;

std::string target(std::string_view path, std::string_view query)
{
    http::request q;
    q.path = path;
    q.query = query;
    return http::target_with(q, "cursor", "new");
}

} // namespace

BOOST_AUTO_TEST_SUITE(links)

BOOST_AUTO_TEST_CASE(a_target_keeps_what_is_asked_otherwise)
{
    BOOST_TEST(target("/v1/admin/users", "") == "/v1/admin/users?cursor=new");
    BOOST_TEST(target("/u", "limit=2&cursor=old&role=admin") == "/u?limit=2&role=admin&cursor=new");
    BOOST_TEST(target("/u", "c%75rsor=old&cursor=older") == "/u?cursor=new");
    BOOST_TEST(target("/u", "search=a+b%26c&x") == "/u?search=a%20b%26c&x=&cursor=new");
    BOOST_TEST(target("/u", "search=\xC5\xBE&q=<\">") == "/u?search=%C5%BE&q=%3C%22%3E&cursor=new");
    BOOST_TEST(target("/u%2Fv?w", "") == "/u%2Fv%3Fw?cursor=new");
}

BOOST_AUTO_TEST_CASE(a_link_cannot_be_left)
{
    BOOST_TEST(http::link_value("/u?a=1&b=%20", "next") == "</u?a=1&b=%20>; rel=\"next\"");
    BOOST_TEST(http::link_value("/u>; rel=\"x\r\n \xff", "next") == "</u%3E;%20rel=%22x%0D%0A%20%FF>; rel=\"next\"");
    for (const auto* bad : {"", "next prev", "\"", "Next"})
        BOOST_CHECK_THROW(http::link_value("/", bad), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(the_next_page_is_a_field)
{
    http::request q;
    q.path = "/u";
    q.query = "limit=2";
    http::response r;
    http::set_next_page(r, q, "AbC_-");
    BOOST_TEST(r.header("Link") == "</u?limit=2&cursor=AbC_->; rel=\"next\"");
}

BOOST_AUTO_TEST_SUITE_END()
