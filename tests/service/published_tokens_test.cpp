// The tutorial's tokens, signed with the published keys.
#include "api/operations.hpp"
#include "api/tutorial.hpp"
#include "crypto/jwt.hpp"
#include "sessions_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;

struct published_service : test::sessions_service {
    accounts::published_tokens published{keys, signing, clock};
    accounts::token_checker with_keys{tokens, std::chrono::seconds(1800), database, revoked, clock, random, &published};
    api::tutorial published_tutorial{accounts, with_keys, database};
    http::router published_routes;

    explicit published_service(const watchword::accounts::key_policy& k = {}) : test::sessions_service({}, k)
    {
        watchword::api::operations all_published_routes(published_routes);
        published_tutorial.add_routes(all_published_routes);
        BOOST_REQUIRE(sign_up("ann@x.test") == 201);
    }
    http::response ask_published(http::method m, std::string_view path, const http::header_field& field,
                                 std::string_view body = {})
    {
        http::request q;
        q.method = m;
        q.path = path;
        q.headers = {field};
        q.body = body;
        return test::run_task(published_routes.answer(q));
    }
    std::string log_in()
    {
        const auto r =
            ask_published(http::method::post, "/login", {"Content-Type", "application/x-www-form-urlencoded"},
                          "email=ann@x.test&password=pw");
        BOOST_REQUIRE((r.status() == http::status::created));
        return test::text_at(boost::json::parse(std::string(r.body())), "token");
    }
    int list_status(std::string_view token)
    {
        return static_cast<int>(ask_published(http::method::get, "/user", {"x-access-token", token}).status());
    }
    // What anybody who has fetched the keys reads in a token.
    core::result<crypto::access_claims> read(const std::string& token)
    {
        crypto::keyed_token_verifier fetched(keys.current()->verifying());
        return fetched.verify(token, clock.now());
    }
};

struct rsa_service : published_service {
    rsa_service() : published_service(policy()) {}
    static watchword::accounts::key_policy policy()
    {
        watchword::accounts::key_policy p;
        p.algorithm = crypto::signature_algorithm::rs256;
        return p;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(published_tokens, published_service)

BOOST_AUTO_TEST_CASE(anybody_may_check_them_and_those_with_hs256_stay_good)
{
    const auto token = log_in();
    const auto claims = read(token);
    BOOST_REQUIRE(claims.has_value());
    BOOST_TEST((claims->expires == clock.now() + std::chrono::seconds(1800)));
    for (int i = 0; i < 3; ++i) BOOST_TEST(list_status(token) == 200);
    BOOST_TEST(list_status(tokens.issue(*claims)) == 200);
    BOOST_TEST(list_status(token + "A") == 401);
    BOOST_TEST(list_status(token.substr(0, token.size() - 4)) == 401);
    clock.time += std::chrono::seconds(1800);
    BOOST_TEST(list_status(token) == 401);
}

BOOST_AUTO_TEST_CASE(a_key_that_was_retired_takes_its_tokens_along)
{
    const auto token = log_in();
    BOOST_TEST(list_status(token) == 200);
    const auto kid = keys.current()->signing_key(clock.precise_now())->kid;
    BOOST_REQUIRE(test::run_task(keys.retire(kid)).has_value());
    BOOST_TEST(list_status(token) == 401);
    BOOST_TEST(list_status(log_in()) == 200);
}

BOOST_AUTO_TEST_CASE(a_key_that_does_not_sign_any_more_keeps_its_tokens_good)
{
    const auto token = log_in();
    BOOST_REQUIRE(test::run_task(keys.rotate(accounts::key_start::at_once)).has_value());
    BOOST_TEST(list_status(token) == 200);
    BOOST_TEST(list_status(log_in()) == 200);
}

BOOST_AUTO_TEST_CASE(neither_kind_of_token_passes_for_the_other_though_one_key_signs_both)
{
    const auto tutorials = log_in();
    BOOST_TEST(test::outcome(ask_v1(http::method::get, "/v1/sessions", tutorials)) == "401 token_invalid");
    const auto answer = ask_v1(http::method::post, "/v1/sessions", {}, R"({"email":"ann@x.test","password":"pw"})");
    BOOST_REQUIRE((answer.status() == http::status::created));
    const auto access = test::text_at(boost::json::parse(std::string(answer.body())), "access_token");
    BOOST_TEST((ask_v1(http::method::get, "/v1/sessions", access).status() == http::status::ok));
    BOOST_TEST(list_status(access) == 401);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_CASE(published_tokens_of_an_rsa_key, rsa_service)
{
    const auto token = log_in();
    BOOST_TEST(read(token).has_value());
    BOOST_TEST(list_status(token) == 200);
}
