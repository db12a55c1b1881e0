#include "api/rate_limit_fields.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace {

using namespace watchword;
using namespace std::chrono_literals;

const api::quota some_left{"address_sign_ins", {600, 60s}, {true, 599, 0s}};
const api::quota none_left{"address_failures", {200, 600s}, {true, 0, 2001ms}};

std::string fields(const std::vector<api::quota>& quotas)
{
    http::response r;
    api::add_rate_limit_fields(r, quotas);
    return std::string(r.lines());
}

} // namespace

BOOST_AUTO_TEST_SUITE(rate_limit_fields)

BOOST_AUTO_TEST_CASE(they_are_lists_of_strings_with_parameters)
{
    BOOST_TEST(fields({some_left}) == "RateLimit-Policy: \"address_sign_ins\";q=600;w=60\r\n"
                                      "RateLimit: \"address_sign_ins\";r=599;t=60\r\n");
    BOOST_TEST(fields({some_left, none_left}) ==
               "RateLimit-Policy: \"address_sign_ins\";q=600;w=60, \"address_failures\";q=200;w=600\r\n"
               "RateLimit: \"address_sign_ins\";r=599;t=60, \"address_failures\";r=0;t=3\r\n");
    BOOST_TEST(fields({}) == "");
}

BOOST_AUTO_TEST_CASE(a_refusal_tells_when_to_come_back)
{
    const auto r = api::too_many_requests({"a", {200, 600s}, {false, 0, 2001ms}}, "Why.");
    BOOST_TEST(static_cast<int>(r.status()) == 429);
    BOOST_TEST(r.header("Retry-After") == "3"); // whole seconds, never too early
    BOOST_TEST(r.header("RateLimit-Policy") == "\"a\";q=200;w=600");
    BOOST_TEST(r.header("RateLimit") == "\"a\";r=0;t=3"); // the draft: Retry-After is not earlier than the end of t
    BOOST_TEST(r.content_type() == "application/problem+json");
    BOOST_TEST(r.body().find("\"code\":\"rate_limited\"") != std::string_view::npos, r.body());
    BOOST_TEST(r.body().find("\"detail\":\"Why.\"") != std::string_view::npos, r.body());
    BOOST_TEST(r.literal_lines() == "Cache-Control: no-store\r\n");
    BOOST_TEST(api::too_many_requests({"a", {1, 1s}, {false, 0, 1ns}}, "").header("Retry-After") == "1");
    BOOST_TEST(api::too_many_requests({"a", {1, 1s}, {false, 0, 1s}}, "").header("Retry-After") == "1");
}

BOOST_AUTO_TEST_SUITE_END()
