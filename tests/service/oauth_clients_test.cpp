// Who may introspect and revoke, and what the others are told.
#include "api/operations.hpp"
#include "oauth_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

using namespace watchword;
using namespace std::chrono_literals;
using test::basic_field;
using test::oauth_outcome;

const std::vector<std::string> paths{"/v1/oauth/introspect", "/v1/oauth/revoke"};

// With a limit of five failures.
struct limited : test::oauth_service {
    core::steady_time now{1h};
    api::rate_limits limits;
    api::oauth limited_routes{kept_sessions, bearers, clients, random};
    http::router limited_router;

    limited() : limits(settings(), random, [this] { return now; })
    {
        watchword::api::operations all_limited_router(limited_router);
        limited_routes.add_routes(all_limited_router, &limits);
    }
    static api::rate_limit_settings settings()
    {
        api::rate_limit_settings s;
        s.address_failures = core::rate{5, std::chrono::minutes(10)};
        return s;
    }
    std::string try_as(const std::string& shown, std::string_view address = "192.0.2.7")
    {
        const auto r =
            ask_as(limited_router, paths[0], "token=x", {{"Authorization", basic_field("api", shown)}}, address);
        return r.status() == http::status::too_many_requests ? "429" : oauth_outcome(r);
    }
    std::string try_in_form(const std::string& shown)
    {
        const auto r = ask_as(limited_router, paths[0], "token=x&client_id=api&client_secret=" + shown, {});
        return r.status() == http::status::too_many_requests ? "429" : oauth_outcome(r);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(oauth_clients, test::oauth_service)

BOOST_AUTO_TEST_CASE(a_client_shows_its_secret_in_a_field_or_in_the_form)
{
    for (const auto& path : paths)
        for (int i = 0; i < 2; ++i) { // is remembered the second time
            BOOST_TEST(oauth_outcome(ask_as(routes, path, "token=x",
                                            {{"Authorization", basic_field("api", "api-secret")}})) == "200");
            BOOST_TEST(oauth_outcome(ask_as(routes, path, "client_id=api&client_secret=api-secret&token=x", {})) ==
                       "200");
        }
}

BOOST_AUTO_TEST_CASE(who_is_unknown_or_has_a_wrong_secret_is_told_the_same)
{
    BOOST_TEST(oauth_outcome(introspect_as(basic_field("api", "api-secret"), "token=x")) == "200");
    const auto wrong = introspect_as(basic_field("api", "api-secreT"), "token=x"),
               unknown = introspect_as(basic_field("apj", "api-secret"), "token=x");
    BOOST_TEST(oauth_outcome(wrong) == "401 invalid_client");
    BOOST_TEST(wrong.header("WWW-Authenticate").starts_with("Basic realm="));
    BOOST_TEST(wrong.literal_lines() == "Cache-Control: no-store\r\n");
    BOOST_TEST(wrong.body() == unknown.body());
    BOOST_TEST(wrong.lines() == unknown.lines());
    for (const auto& path : paths) {
        const std::vector<std::vector<http::header_field>> nobody{
            {}, {{"Authorization", "Bearer x"}}, {{"Authorization", "Basic %"}}, {{"Authorization", "Basic"}}};
        for (const auto& fields : nobody) {
            const auto r = ask_as(routes, path, "token=x", fields);
            BOOST_TEST(oauth_outcome(r) == "401 invalid_client");
            BOOST_TEST(r.header("WWW-Authenticate").starts_with("Basic realm="));
        }
        for (const auto* form : {"client_id=api&client_secret=nope", "client_id=nope&client_secret=api-secret",
                                 "client_id=api", "client_secret=api-secret"}) {
            const auto r = ask_as(routes, path, std::string("token=x&") + form, {});
            BOOST_TEST(oauth_outcome(r) == "401 invalid_client", form);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_client_that_is_remembered_is_known_only_by_all_it_has_shown)
{
    const auto good = basic_field("api", "api-secret");
    const auto ask = [&](const std::string& body, std::vector<http::header_field> fields) {
        return oauth_outcome(ask_as(routes, paths[0], body, std::move(fields)));
    };
    for (int i = 0; i < 2; ++i) {
        BOOST_TEST(ask("token=x", {{"Authorization", good}}) == "200");
        BOOST_TEST(ask("token=x&client_id=api", {{"Authorization", good}}) == "200");
        BOOST_TEST(ask("token=x&client_id=api&client_secret=api-secret", {}) == "200");
        BOOST_TEST(ask("token=x&client_id=reader", {{"Authorization", good}}) == "400 invalid_request");
        BOOST_TEST(ask("token=x&client_secret=api-secret", {{"Authorization", good}}) == "400 invalid_request");
        BOOST_TEST(ask("token=x", {{"Authorization", good}, {"Authorization", good}}) == "400 invalid_request");
        BOOST_TEST(ask("token=x&client_id=api&client_secret=api-secret&client_secret=api-secret", {}) ==
                   "400 invalid_request");
        BOOST_TEST(ask("token=x&client_id=ap&client_secret=i%0Aapi-secret", {}) == "401 invalid_client");
        BOOST_TEST(ask("token=x&client_id=api%0Aapi&client_secret=secret", {}) == "401 invalid_client");
    }
    auto each = good;
    for (std::size_t i = 6; i < good.size(); ++i) {
        each[i] = each[i] == 'A' ? 'B' : 'A';
        BOOST_TEST(ask("token=x", {{"Authorization", each}}) == "401 invalid_client", each);
        each = good;
    }
}

BOOST_AUTO_TEST_CASE(a_client_does_what_it_may)
{
    const auto in = sign_in("a@x");
    const auto reader = basic_field("reader", "reader-secret"), revoker = basic_field("revoker", "revoker-secret");
    for (int i = 0; i < 2; ++i) {
        BOOST_TEST(oauth_outcome(ask_as(routes, paths[1], "token=" + in.access, {{"Authorization", reader}})) ==
                   "400 unauthorized_client");
        BOOST_TEST(oauth_outcome(ask_as(routes, paths[0], "token=" + in.access, {{"Authorization", revoker}})) ==
                   "400 unauthorized_client");
        BOOST_TEST(check(in.access) == 200);
    }
    BOOST_TEST(oauth_outcome(ask_as(routes, paths[0], "token=" + in.access, {{"Authorization", reader}})) == "200");
    BOOST_TEST(oauth_outcome(ask_as(routes, paths[1], "token=" + in.access, {{"Authorization", revoker}})) == "200");
    BOOST_TEST(check(in.access) == 401);
}

BOOST_AUTO_TEST_CASE(only_forms_are_taken)
{
    const auto good = basic_field("api", "api-secret");
    for (const auto& path : paths) {
        for (const auto* type : {"application/json", "text/plain", "", "multipart/form-data; boundary=x",
                                 "application/x-www-form-urlencoded, text/plain"})
            BOOST_TEST(
                oauth_outcome(ask_as(routes, path, "token=x", {{"Authorization", good}, {"Content-Type", type}})) ==
                    "400 invalid_request",
                type);
        for (const auto* type : {"application/x-www-form-urlencoded", "Application/X-WWW-Form-Urlencoded",
                                 "application/x-www-form-urlencoded; charset=UTF-8"})
            BOOST_TEST(oauth_outcome(
                           ask_as(routes, path, "token=x", {{"Authorization", good}, {"Content-Type", type}})) == "200",
                       type);
        const auto get = ask(http::method::get, path, {{"Authorization", good}});
        BOOST_TEST(static_cast<int>(get.status()) == 405);
    }
    // A query is no form: it gets into logs.
    http::request q;
    q.method = http::method::post;
    q.path = paths[0];
    q.query = "token=x";
    q.headers = {{"Authorization", good}, {"Content-Type", "application/x-www-form-urlencoded"}};
    BOOST_TEST(oauth_outcome(test::run_task(routes.answer(q))) == "400 invalid_request");
}

BOOST_FIXTURE_TEST_CASE(wrong_secrets_are_limited_from_each_address, limited)
{
    for (int i = 0; i < 5; ++i) BOOST_TEST(try_as("wrong" + std::to_string(i)) == "401 invalid_client");
    BOOST_TEST(try_as("wrong") == "429");
    BOOST_TEST(try_as("api-secret") == "429"); // so that nobody can go on guessing
    BOOST_TEST(try_in_form("api-secret") == "429");
    BOOST_TEST(try_as("api-secret", "192.0.2.8") == "200");
    BOOST_TEST(try_as("wrong", "192.0.2.8") == "401 invalid_client");
    now += 10min;
    BOOST_TEST(try_as("api-secret") == "200");
    BOOST_TEST(try_in_form("api-secret") == "200");
}

BOOST_FIXTURE_TEST_CASE(a_client_that_works_is_not_kept_out_by_wrong_secrets_from_its_address, limited)
{
    BOOST_TEST(try_as("api-secret") == "200");
    BOOST_TEST(try_in_form("api-secret") == "200");
    for (int i = 0; i < 5; ++i) BOOST_TEST(try_as("wrong" + std::to_string(i)) == "401 invalid_client");
    BOOST_TEST(try_as("wrong") == "429");
    for (int i = 0; i < 10; ++i) {
        BOOST_TEST(try_as("api-secret") == "200");
        BOOST_TEST(try_in_form("api-secret") == "200");
    }
    BOOST_TEST(try_as("api-secret ") == "429");
    // Nor from another address, where it has not worked yet.
    for (int i = 0; i < 5; ++i) try_as("wrong", "192.0.2.8");
    BOOST_TEST(try_as("api-secret", "192.0.2.8") == "429");
}

BOOST_FIXTURE_TEST_CASE(good_secrets_are_not_counted, limited)
{
    for (int i = 0; i < 20; ++i) BOOST_TEST(try_as("api-secret", "192.0.2." + std::to_string(i % 3)) == "200");
    for (int i = 0; i < 5; ++i) BOOST_TEST(try_as("wrong") == "401 invalid_client");
    BOOST_TEST(try_as("wrong") == "429");
}

BOOST_AUTO_TEST_SUITE_END()
