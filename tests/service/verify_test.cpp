// GET /v1/verify, for reverse proxies.
#include "api/operations.hpp"
#include "api/verify.hpp"
#include "api/verify_answer.hpp"
#include "http/cors.hpp"
#include "sessions_fixture.hpp"
#include "support/allocations.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace {

using namespace watchword;
using test::outcome;

struct verifying_service : test::sessions_service {
    verifying_service()
    {
        watchword::api::operations all_routes(routes);
        api::add_verify_routes(all_routes, bearers);
    }

    http::response verify(std::string_view access, std::string_view query = {}, http::method m = http::method::get,
                          std::string_view path = "/v1/verify")
    {
        const std::string target = std::string(path) + (query.empty() ? "" : "?") + std::string(query),
                          bearer = "Bearer " + std::string(access);
        http::request q;
        q.method = m;
        q.target = target;
        q.path = path;
        q.query = query;
        if (!access.empty()) q.headers.push_back({"Authorization", bearer});
        return test::run_task(routes.answer(q));
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(verify, verifying_service)

BOOST_AUTO_TEST_CASE(who_shows_a_valid_token_is_named)
{
    const auto in = sign_in("ann@x");
    for (int i = 0; i < 2; ++i) { // asked of the database, and remembered
        const auto r = verify(in.access);
        BOOST_TEST(outcome(r) == "200");
        BOOST_TEST(r.body() == "");
        BOOST_TEST(r.header("X-User-Id") == in.user_id);
        BOOST_TEST(r.header("X-User-Email") == "ann@x");
        BOOST_TEST(!r.has("X-User-Roles"));
        BOOST_TEST(!r.has("X-User-Scope"));
        BOOST_TEST(r.literal_lines() == "Cache-Control: no-store\r\n");
    }
}

BOOST_AUTO_TEST_CASE(who_shows_none_is_challenged)
{
    const auto none = verify("");
    BOOST_TEST(outcome(none) == "401 token_missing");
    BOOST_TEST(none.header("WWW-Authenticate") == "Bearer");
    BOOST_TEST(none.literal_lines() == "Cache-Control: no-store\r\n");
    const auto bad = verify("a.b.c");
    BOOST_TEST(outcome(bad) == "401 token_invalid");
    BOOST_TEST(bad.header("WWW-Authenticate") == "Bearer error=\"invalid_token\"");
    const auto in = sign_in("ann@x");
    BOOST_TEST(outcome(verify(in.access)) == "200");
    BOOST_TEST(end("current", in.access) == 204);
    BOOST_TEST(outcome(verify(in.access)) == "401 token_invalid");
}

BOOST_AUTO_TEST_CASE(conditions_that_are_not_met_or_not_understood_are_refused)
{
    const auto in = sign_in("ann@x");
    BOOST_TEST(outcome(verify(in.access, "role=admin")) == "403 role_missing");
    BOOST_TEST(outcome(verify(in.access, "scope=read")) == "403 scope_missing");
    const auto misspelt = verify(in.access, "rolle=admin");
    BOOST_TEST(outcome(misspelt) == "400 invalid_query");
    BOOST_TEST(misspelt.literal_lines() == "Cache-Control: no-store\r\n");
    BOOST_TEST(outcome(verify("", "rolle=admin")) == "401 token_missing");

    http::request forgotten;
    const std::string bearer = "Bearer " + in.access;
    forgotten.target = "/v1/verify?";
    forgotten.path = "/v1/verify";
    forgotten.headers.push_back({"Authorization", bearer});
    BOOST_TEST(outcome(test::run_task(routes.answer(forgotten))) == "400 invalid_query");
}

// Envoy sends the client's method, and the client's path and query behind its own.
BOOST_AUTO_TEST_CASE(all_methods_are_answered_alike_here_and_below)
{
    const auto in = sign_in("ann@x");
    for (std::size_t i = 0; i < http::method_count; ++i) {
        const auto m = static_cast<http::method>(i);
        for (const auto* path : {"/v1/verify", "/v1/verify/", "/v1/verify/a/%zz/../b"}) {
            BOOST_TEST_CONTEXT(path << " " << http::to_string(m))
            {
                BOOST_TEST(outcome(verify("", {}, m, path)) == "401 token_missing");
                const auto good = verify(in.access, {}, m, path);
                BOOST_TEST(outcome(good) == "200");
                BOOST_TEST(good.header("X-User-Id") == in.user_id);
            }
        }
        BOOST_TEST(outcome(verify(in.access, "role=admin", m)) == "403 role_missing");
        BOOST_TEST(outcome(verify(in.access, "role=admin&x=%", m, "/v1/verify/x")) == "200"); // the client's
    }
    BOOST_TEST(outcome(verify(in.access, {}, http::method::get, "/v1/verifyx")) == "404 not_found");
}

BOOST_AUTO_TEST_CASE(a_preflight_lets_nobody_in)
{
    http::cors_settings s;
    s.origins = {"https://app.example"};
    const http::cors cors(s);
    cors.add_to(routes);
    http::request q;
    q.method = http::method::options;
    q.headers = {{"Origin", "https://app.example"}, {"Access-Control-Request-Method", "POST"}};
    for (const auto* path : {"/v1/verify", "/v1/verify/x"}) {
        q.path = path;
        BOOST_TEST(outcome(test::run_task(routes.answer(q))) == "401 token_missing", path);
    }
}

BOOST_AUTO_TEST_CASE(an_address_that_another_program_changes_is_told_once_that_is_noticed)
{
    const auto in = sign_in("ann@x"), other = sign_in("bob@x");
    BOOST_TEST(verify(in.access).header("X-User-Email") == "ann@x");
    BOOST_TEST(verify(other.access).header("X-User-Email") == "bob@x");
    change_from_outside("UPDATE \"user\" SET email = 'm\xC3\xBCller' || char(13, 10) || 'X: y' WHERE email = 'ann@x'");
    BOOST_TEST(verify(in.access).header("X-User-Email") == "m%C3%BCller%0D%0AX:%20y");
    BOOST_TEST(verify(in.access).header("X-User-Email") == "m%C3%BCller%0D%0AX:%20y");
    change_from_outside("UPDATE \"user\" SET email = NULL WHERE email LIKE 'm%'");
    BOOST_TEST(!verify(in.access).has("X-User-Email"));
    BOOST_TEST(verify(in.access).header("X-User-Id") == in.user_id);
    BOOST_TEST(verify(other.access).header("X-User-Email") == "bob@x");
}

BOOST_AUTO_TEST_CASE(a_known_token_costs_no_database_and_two_allocations_at_most)
{
    const auto in = sign_in("ann@x");
    for (int i = 0; i < 3; ++i) BOOST_REQUIRE(outcome(verify(in.access)) == "200");
    const auto asked = questions();
    const auto who = bearers.check_known(in.access);
    BOOST_REQUIRE(who != nullptr);
    const auto before = test::allocations();
    const auto r = api::answer_verified(*who, {});
    BOOST_TEST(test::allocations() - before <= 2u);
    BOOST_TEST(outcome(r) == "200");
    BOOST_TEST(outcome(verify(in.access)) == "200");
    BOOST_TEST(questions() == asked);
}

BOOST_AUTO_TEST_SUITE_END()
