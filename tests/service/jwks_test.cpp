// The published keys, as whoever verifies tokens by himself gets them.
#include "accounts/key_ring.hpp"
#include "api/jwks.hpp"
#include "api/operations.hpp"
#include "http/cors.hpp"
#include "service_fixture.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using http::method;
using http::status;

constexpr std::string_view path = "/.well-known/jwks.json";

struct fixture : test::service {
    accounts::key_policy policy;
    accounts::key_ring keys{policy, core::secret_string(std::string(32, 's')), database, clock, random};
    api::jwks published{keys, policy.publish_ahead};

    fixture()
    {
        BOOST_REQUIRE(test::run_task(keys.start()).has_value());
        watchword::api::operations all_routes(routes);
        published.add_routes(all_routes);
    }

    http::response get(std::string_view if_none_match = {})
    {
        std::vector<http::header_field> headers;
        if (!if_none_match.empty()) headers.push_back({"If-None-Match", if_none_match});
        return ask(method::get, path, headers);
    }
    std::size_t count() { return boost::json::parse(get().body()).at("keys").as_array().size(); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(jwks, fixture)

BOOST_AUTO_TEST_CASE(the_keys_are_public_and_may_be_kept_for_an_hour)
{
    const auto r = get();
    BOOST_TEST((r.status() == status::ok));
    BOOST_TEST(r.content_type() == "application/jwk-set+json");
    BOOST_TEST(r.header("Cache-Control") == "public, max-age=3600");
    BOOST_TEST(r.header("ETag").starts_with('"'));
    const auto set = boost::json::parse(r.body());
    BOOST_TEST(set.as_object().size() == 1u);
    BOOST_REQUIRE(set.at("keys").as_array().size() == 1u);
    const auto& key = set.at("keys").at(0).as_object();
    for (const auto* const secret : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
        BOOST_TEST(!key.contains(secret), secret);
    for (const auto* const name : {"kty", "crv", "x", "y", "alg", "use", "kid"}) BOOST_TEST(key.contains(name), name);
    BOOST_TEST(key.size() == 7u);
    const auto head = ask(method::head, path);
    BOOST_TEST((head.status() == status::ok));
    BOOST_TEST(head.header("ETag") == r.header("ETag"));
}

BOOST_AUTO_TEST_CASE(who_has_them_is_told_so_until_a_key_comes_or_goes)
{
    const std::string tag(get().header("ETag"));
    for (const auto& has : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
        const auto r = get(has);
        BOOST_TEST((r.status() == status::not_modified), has);
        BOOST_TEST(r.body() == "");
        BOOST_TEST(r.header("ETag") == tag);
        BOOST_TEST(r.header("Cache-Control") == "public, max-age=3600");
    }
    BOOST_TEST((get("\"other\"").status() == status::ok));

    const auto next = test::run_task(keys.rotate(accounts::key_start::published_ahead)).value();
    const auto both = get(tag);
    BOOST_TEST((both.status() == status::ok));
    BOOST_TEST(count() == 2u);
    const std::string both_tag(both.header("ETag"));
    BOOST_TEST(both_tag != tag);
    clock.time += std::chrono::hours(24); // the other signs now, and the set is the same
    BOOST_TEST((get(both_tag).status() == status::not_modified));
    BOOST_TEST(test::run_task(keys.retire(next.kid)).has_value());
    const auto others = get(both_tag); // the first, which verifies for a while, and one that signs from now on
    BOOST_TEST((others.status() == status::ok));
    BOOST_TEST(others.header("ETag") != tag);
    BOOST_TEST(count() == 2u);
    BOOST_TEST(others.body().find(next.kid) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(they_may_be_kept_for_half_of_what_they_are_published_ahead)
{
    using std::chrono::minutes;
    for (const auto& [ahead, age] : {std::pair(minutes(120), "3600"), std::pair(minutes(119), "3570"),
                                     std::pair(minutes(10), "300"), std::pair(minutes(0), "0")}) {
        api::jwks other(keys, ahead);
        http::router r;
        watchword::api::operations all_r(r);
        other.add_routes(all_r);
        http::request q;
        q.path = path;
        const auto answer = test::run_task(r.answer(q));
        BOOST_TEST(answer.header("Cache-Control") == "public, max-age=" + std::string(age));
    }
}

BOOST_AUTO_TEST_CASE(pages_of_other_origins_may_read_them_as_all_the_rest)
{
    http::cors_settings allowed;
    allowed.origins = {"https://app.example"};
    const http::cors cors(allowed);
    http::router r;
    cors.add_to(r);
    watchword::api::operations all_r(r);
    published.add_routes(all_r);
    http::request q;
    q.path = path;
    q.headers = {{"Origin", "https://app.example"}};
    const auto answer = test::run_task(r.answer(q));
    BOOST_TEST(answer.header("Access-Control-Allow-Origin") == "https://app.example");
    BOOST_TEST(r.allowed_methods(path) == "GET, HEAD, OPTIONS");
}

BOOST_AUTO_TEST_SUITE_END()
