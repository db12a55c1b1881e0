// Limits around the routes of /v1/sessions.
#include "api/operations.hpp"
#include "sessions_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using namespace std::chrono_literals;
using test::outcome;

struct limited : test::sessions_service {
    core::steady_time now{1h};
    api::rate_limits limits{settings(), random, [this] { return now; }};
    http::router limited_routes;
    std::string client = "192.0.2.1";

    limited()
    {
        watchword::api::operations all_limited_routes(limited_routes);
        session_routes.add_routes(all_limited_routes, &limits);
    }
    static api::rate_limit_settings settings()
    {
        api::rate_limit_settings s;
        s.address_sign_ins = {10, 60s};
        s.address_failures = {3, 600s};
        return s;
    }
    http::response post_as_client(std::string_view path, std::string_view json)
    {
        http::request q;
        q.method = http::method::post;
        q.path = path;
        q.headers = {{"Content-Type", "application/json"}};
        q.body = json;
        q.remote_address = client;
        return test::run_task(limited_routes.answer(q));
    }
    http::response sign_in_with(const std::string& password)
    {
        return post_as_client("/v1/sessions", "{\"email\":\"a@x\",\"password\":\"" + password + "\"}");
    }
    http::response refresh_with(const std::string& token)
    {
        return post_as_client("/v1/sessions/refresh", "{\"refresh_token\":\"" + token + "\"}");
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(limits_of_sessions, limited)

BOOST_AUTO_TEST_CASE(sign_ins_are_limited_and_every_answer_says_what_is_left)
{
    sign_up("a@x");
    BOOST_TEST(sign_in_with("pw").header("RateLimit") ==
               "\"address_sign_ins\";r=9;t=60, \"address_failures\";r=3;t=600");
    for (int i = 0; i < 3; ++i) BOOST_TEST(outcome(sign_in_with("nope")) == "401 wrong_credentials");
    const auto refused = sign_in_with("pw");
    BOOST_TEST(static_cast<int>(refused.status()) == 429);
    BOOST_TEST(refused.header("RateLimit").starts_with("\"address_failures\";r=0;"));
    BOOST_TEST(refused.literal_lines() == "Cache-Control: no-store\r\n");
    client = "192.0.2.2";
    BOOST_TEST(outcome(sign_in_with("pw")) == "201");
}

// S30
BOOST_AUTO_TEST_CASE(bad_refresh_tokens_are_limited_and_good_ones_are_not)
{
    auto in = sign_in("a@x");
    for (int i = 0; i < 50; ++i) {
        const auto r = refresh_with(in.refresh);
        BOOST_REQUIRE(outcome(r) == "200");
        in = test::read_grant(r);
    }
    for (int i = 0; i < 3; ++i) BOOST_TEST(outcome(refresh_with("wr_x")) == "401 invalid_token");
    const auto refused = refresh_with(in.refresh);
    BOOST_TEST(static_cast<int>(refused.status()) == 429);
    BOOST_TEST(refused.has("Retry-After"));
    BOOST_TEST(refused.literal_lines() == "Cache-Control: no-store\r\n");
    now += 200s;
    BOOST_TEST(outcome(refresh_with(in.refresh)) == "200"); // nobody was signed out
}

BOOST_AUTO_TEST_CASE(who_may_not_sign_in_any_more_keeps_his_session)
{
    const auto in = sign_in("a@x");
    for (int i = 0; i < 4; ++i) sign_in_with("nope");
    BOOST_TEST(static_cast<int>(sign_in_with("pw").status()) == 429);
    BOOST_TEST(outcome(refresh_with(in.refresh)) == "200");
}

BOOST_AUTO_TEST_SUITE_END()
