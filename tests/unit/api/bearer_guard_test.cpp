#include "api/bearer_guard.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;

// The token found; "-" if there is none, "?" if nothing tells which.
std::string found_in(std::vector<http::header_field> headers)
{
    http::request q;
    q.headers = std::move(headers);
    const auto token = api::find_bearer_token(q);
    if (!token) return token.error() == core::errc::invalid_token ? "?" : "other";
    return token->empty() ? "-" : std::string(*token);
}

} // namespace

BOOST_AUTO_TEST_CASE(the_bearer_token_is_in_the_authorization_field_and_nowhere_else)
{
    BOOST_TEST(found_in({{"Authorization", "Bearer a.b.c"}}) == "a.b.c");
    BOOST_TEST(found_in({{"authorization", "bEARER  \t a.b.c"}}) == "a.b.c");
    BOOST_TEST(found_in({{"X", "y"}, {"Authorization", "Bearer a b"}}) == "a b"); // which no token is
    BOOST_TEST(found_in({}) == "-");
    BOOST_TEST(found_in({{"Authorization", ""}}) == "-");
    BOOST_TEST(found_in({{"Authorization", "Bearer"}}) == "-");
    BOOST_TEST(found_in({{"Authorization", "Bearer "}}) == "-");
    BOOST_TEST(found_in({{"Authorization", "Basic YTpi"}}) == "-");
    BOOST_TEST(found_in({{"Authorization", "BearerX a.b.c"}}) == "-");
    BOOST_TEST(found_in({{"Authorization", "a.b.c"}}) == "-");
    BOOST_TEST(found_in({{"x-access-token", "a.b.c"}, {"Cookie", "access_token=a.b.c"}}) == "-");
    BOOST_TEST(found_in({{"Authorization", "Bearer a"}, {"authorization", "Bearer a"}}) == "?");
    BOOST_TEST(found_in({{"Authorization", "Basic YTpi"}, {"Authorization", "Bearer a"}}) == "?");
}
