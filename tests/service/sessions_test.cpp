// Signing in and refreshing under /v1.
#include "accounts/device_proofs.hpp"
#include "accounts/session_problem.hpp"
#include "api/operations.hpp"
#include "sessions_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <vector>

namespace {

using namespace watchword;
using namespace std::chrono_literals;
using test::outcome;

const std::string good_form = R"({"email":"a@x","password":"pw"})";

} // namespace

BOOST_FIXTURE_TEST_SUITE(signing_in, test::sessions_service)

BOOST_AUTO_TEST_CASE(who_signs_in_gets_tokens_and_is_told_who_he_is)
{
    sign_up("a@x");
    const auto r = post_v1("/v1/sessions", good_form);
    BOOST_TEST(outcome(r) == "201");
    BOOST_TEST(r.content_type() == "application/json");
    BOOST_TEST(r.literal_lines() == "Cache-Control: no-store\r\n");
    BOOST_TEST(!r.may_be_compressed());
    BOOST_TEST(!r.has("Set-Cookie"));
    const auto body = boost::json::parse(std::string(r.body()));
    BOOST_TEST(body.as_object().size() == 6u);
    BOOST_TEST(test::text_at(body, "token_type") == "Bearer");
    BOOST_TEST(body.at("expires_in").to_number<int>() == 900);
    BOOST_TEST(test::text_at(body, "expires_at") == "2027-01-15T08:15:00Z");
    BOOST_TEST(test::text_at(body, "refresh_token").starts_with("wr_"));
    BOOST_TEST(test::text_at(body.at("user"), "email") == "a@x");
    BOOST_TEST(test::text_at(body.at("user"), "name") == "N");
    BOOST_TEST(body.at("user").as_object().size() == 3u);
    BOOST_TEST(check(test::text_at(body, "access_token")) == 200);
}

// S20, RFC 9068
BOOST_AUTO_TEST_CASE(an_access_token_says_what_it_must_and_no_more)
{
    const auto in = sign_in("a@x");
    const auto header =
        boost::json::parse(core::base64url_decode(in.access.substr(0, in.access.find('.'))).value()).as_object();
    BOOST_TEST(header.size() == 3u);
    BOOST_TEST(test::text_at(header, "alg") == "ES256");
    BOOST_TEST(test::text_at(header, "typ") == "at+jwt");
    const auto claims = test::claims_in(in.access);
    std::set<std::string> names;
    for (const auto& each : claims.as_object()) names.emplace(each.key().data(), each.key().size());
    names.erase("scope"); // may be left out while they are empty
    names.erase("roles");
    const std::set<std::string> expected{"iss", "sub", "aud", "exp", "iat",      "nbf",
                                         "jti", "sid", "gen", "amr", "auth_time"};
    BOOST_TEST(names == expected, boost::test_tools::per_element());
    BOOST_TEST(test::text_at(claims, "iss") == "https://id.test");
    BOOST_TEST(test::text_at(claims, "aud") == "https://api.test");
    BOOST_TEST(test::text_at(claims, "sub") == in.user_id);
    BOOST_TEST(claims.at("amr").at(0).as_string() == "pwd");
    BOOST_TEST(test::grants_nothing(claims));
    for (const auto* now : {"iat", "nbf", "auth_time"})
        BOOST_TEST(claims.at(now).to_number<std::int64_t>() == clock.now().time_since_epoch().count(), now);
    BOOST_TEST(claims.at("exp").to_number<std::int64_t>() == (clock.now() + 900s).time_since_epoch().count());
}

BOOST_AUTO_TEST_CASE(addresses_are_compared_without_case)
{
    sign_up("Ann@Example.test");
    BOOST_TEST(outcome(try_sign_in("ann@example.TEST")) == "201");
}

// S27
BOOST_AUTO_TEST_CASE(nobody_learns_whether_the_address_or_the_password_is_wrong)
{
    sign_up("a@x");
    const auto wrong = try_sign_in("a@x", "nope"), unknown = try_sign_in("b@x");
    BOOST_TEST(outcome(wrong) == "401 wrong_credentials");
    BOOST_TEST(wrong.header("WWW-Authenticate") == "Bearer");
    BOOST_TEST(wrong.body() == unknown.body());
    BOOST_TEST(wrong.lines() == unknown.lines());
    BOOST_TEST(wrong.literal_lines() == "Cache-Control: no-store\r\n");
    for (const auto& email : {std::string(2000, 'a'), std::string("'; --")})
        BOOST_TEST(outcome(try_sign_in(email)) == "401 wrong_credentials");
    BOOST_TEST(outcome(try_sign_in(std::string("a@x\0", 4))) == "400 invalid_value");
    BOOST_TEST(outcome(try_sign_in("a@x", std::string(5000, 'p'))) == "401 wrong_credentials");
}

// S69
BOOST_AUTO_TEST_CASE(only_json_is_taken_and_the_field_at_fault_is_named)
{
    sign_up("a@x");
    const auto form = post("/v1/sessions", "email=a@x&password=pw");
    BOOST_TEST(outcome(form) == "415 unsupported_media_type");
    BOOST_TEST(form.header("Accept") == "application/json");
    BOOST_TEST(form.literal_lines() == "Cache-Control: no-store\r\n");
    BOOST_TEST(outcome(ask(http::method::post, "/v1/sessions", {}, good_form)) == "415 unsupported_media_type");
    BOOST_TEST(outcome(post_v1("/v1/sessions", "{")) == "400 invalid_json");
    BOOST_TEST(outcome(post_v1("/v1/sessions", "[]")) == "400 invalid_json");
    const auto missing = post_v1("/v1/sessions", R"({"email":"a@x"})");
    BOOST_TEST(outcome(missing) == "400 missing_field");
    BOOST_TEST(test::text_at(boost::json::parse(std::string(missing.body())), "field") == "password");
    const auto number = post_v1("/v1/sessions", R"({"email":1,"password":"pw"})");
    BOOST_TEST(outcome(number) == "400 invalid_type");
    BOOST_TEST(test::text_at(boost::json::parse(std::string(number.body())), "field") == "email");
}

// S38
BOOST_AUTO_TEST_CASE(members_that_nobody_asked_for_are_refused)
{
    sign_up("a@x");
    for (const auto* const more : {R"("roles":["admin"])", R"("scope":"admin")", R"("id":"x")", R"("sub":"x")",
                                   R"("sid":"AAAAAAAAAAAAAAAAAAAAAA")", R"("gen":7)", R"("exp":9)", R"("amr":["otp"])"})
        BOOST_TEST(outcome(post_v1("/v1/sessions", std::string(R"({"email":"a@x","password":"pw",)") + more + "}")) ==
                       "400 unknown_field",
                   more);
}

// S44
BOOST_AUTO_TEST_CASE(each_sign_in_is_a_session_of_its_own)
{
    std::set<std::string> ids;
    for (int i = 0; i < 5; ++i) ids.insert(sign_in("a@x").session_id);
    BOOST_TEST(ids.size() == 5u);
}

BOOST_AUTO_TEST_CASE(a_disabled_account_is_told_only_to_who_knows_its_password)
{
    sign_up("a@x");
    set_disabled("a@x", true);
    BOOST_TEST(outcome(try_sign_in("a@x")) == "403 user_disabled");
    BOOST_TEST(outcome(try_sign_in("a@x", "nope")) == "401 wrong_credentials");
    set_disabled("a@x", false);
    BOOST_TEST(outcome(try_sign_in("a@x")) == "201");
}

BOOST_AUTO_TEST_CASE(a_device_is_remembered_where_that_is_wanted)
{
    sign_up("a@x");
    watchword::accounts::device_proofs proofs(core::secret_string(std::string(32, 'd')), tokens, 1800s, clock, random);
    api::sessions with_cookie(accounts, kept_sessions, bearers, {}, &proofs);
    http::router other;
    watchword::api::operations all_other(other);
    with_cookie.add_routes(all_other);
    const auto ask_other = [&](std::string_view json) {
        http::request q;
        q.method = http::method::post;
        q.path = "/v1/sessions";
        q.headers = {{"Content-Type", "application/json"}};
        q.body = json;
        return test::run_task(other.answer(q));
    };
    BOOST_TEST(ask_other(good_form).header("Set-Cookie").starts_with("watchword_device="));
    BOOST_TEST(!ask_other(R"({"email":"a@x","password":"nope"})").has("Set-Cookie"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(refreshing, test::sessions_service)

BOOST_AUTO_TEST_CASE(a_refresh_gives_new_tokens_of_the_same_session)
{
    const auto in = sign_in("a@x");
    clock.time += 600s;
    const auto r = try_refresh(in.refresh);
    BOOST_TEST(outcome(r) == "200");
    BOOST_TEST(r.literal_lines() == "Cache-Control: no-store\r\n");
    const auto next = test::read_grant(r);
    BOOST_TEST(next.session_id == in.session_id);
    BOOST_TEST(next.user_id == in.user_id);
    BOOST_TEST(next.access != in.access);
    BOOST_TEST(next.refresh != in.refresh);
    BOOST_TEST(check(in.access) == 200);
    BOOST_TEST(check(next.access) == 200);
    const auto before = test::claims_in(in.access), after = test::claims_in(next.access);
    BOOST_TEST(before.at("auth_time") == after.at("auth_time"));
    BOOST_TEST(before.at("jti") != after.at("jti"));
    BOOST_TEST(after.at("exp").to_number<std::int64_t>() == before.at("exp").to_number<std::int64_t>() + 600);
}

BOOST_AUTO_TEST_CASE(the_same_token_again_gives_the_same_successor)
{
    const auto in = sign_in("a@x");
    const auto first = test::read_grant(try_refresh(in.refresh));
    clock.time += 3600s;
    const auto again = test::read_grant(try_refresh(in.refresh));
    BOOST_TEST(first.refresh == again.refresh);
    BOOST_TEST(check(again.access) == 200);
    const auto next = test::read_grant(try_refresh(again.refresh));
    clock.time += 30s;
    BOOST_TEST(test::read_grant(try_refresh(in.refresh)).refresh == first.refresh); // may have been under way
    BOOST_TEST(outcome(try_refresh(next.refresh)) == "200");
}

// S40; the theft is told to the log and ends the session, access tokens too
BOOST_AUTO_TEST_CASE(a_token_that_comes_back_long_after_its_successor_was_used_ends_the_session)
{
    const auto in = sign_in("a@x");
    const auto first = test::read_grant(try_refresh(in.refresh));
    const auto second = test::read_grant(try_refresh(first.refresh));
    BOOST_TEST(check(second.access) == 200);
    clock.time += 31s;
    const auto r = try_refresh(in.refresh);
    BOOST_TEST(outcome(r) == "401 session_reused");
    BOOST_TEST(r.header("WWW-Authenticate") == "Bearer");
    BOOST_TEST(check(second.access) == 401);
    BOOST_TEST(outcome(try_refresh(second.refresh)) == "401 session_ended");
}

BOOST_AUTO_TEST_CASE(what_is_no_refresh_token_is_refused_without_asking_the_database)
{
    const auto in = sign_in("a@x");
    const auto before = changes();
    auto forged = in.refresh;
    forged.back() = forged.back() == 'A' ? 'B' : 'A';
    const std::vector<std::string> bad{"x", "wr_", forged, in.refresh + "A", in.refresh.substr(3), "WR_" + in.refresh};
    for (const auto& each : bad) {
        const auto r = try_refresh(each);
        BOOST_TEST(outcome(r) == "401 invalid_token", each);
        BOOST_TEST(r.literal_lines() == "Cache-Control: no-store\r\n");
    }
    BOOST_TEST(changes() == before);
    BOOST_TEST(outcome(try_refresh(in.refresh)) == "200");
}

BOOST_AUTO_TEST_CASE(the_body_of_a_refresh_must_be_json_with_the_token)
{
    BOOST_TEST(outcome(post("/v1/sessions/refresh", "refresh_token=x")) == "415 unsupported_media_type");
    BOOST_TEST(outcome(post_v1("/v1/sessions/refresh", "{}")) == "400 missing_field");
    BOOST_TEST(outcome(post_v1("/v1/sessions/refresh", "{\"refresh_token\":null}")) == "400 invalid_type");
    BOOST_TEST(outcome(post_v1("/v1/sessions/refresh", "null")) == "400 invalid_json");
}

// S42
BOOST_AUTO_TEST_CASE(a_refresh_gives_nobody_else_and_nothing_more)
{
    const auto in = sign_in("a@x"), other = sign_in("b@x");
    const auto refresh_with = [&](const std::string& more) {
        return post_v1("/v1/sessions/refresh", "{\"refresh_token\":\"" + in.refresh + "\"" + more + "}");
    };
    BOOST_TEST(outcome(refresh_with(",\"scope\":\"admin\"")) == "400 unknown_field");
    BOOST_TEST(outcome(refresh_with(",\"sub\":\"" + other.user_id + "\"")) == "400 unknown_field");
    const auto next = test::read_grant(refresh_with(""));
    BOOST_TEST(next.user_id == in.user_id);
    BOOST_TEST(next.session_id == in.session_id);
    BOOST_TEST(test::grants_nothing(test::claims_in(next.access)));
}

// S43
BOOST_AUTO_TEST_CASE(sessions_end_when_they_are_not_used_and_at_their_age)
{
    const auto idle = sign_in("a@x");
    clock.time += std::chrono::hours(30 * 24);
    BOOST_TEST(outcome(try_refresh(idle.refresh)) == "401 session_ended");

    auto used = sign_in("a@x");
    const auto old_age = clock.time + std::chrono::hours(180 * 24);
    while (clock.time + std::chrono::hours(20 * 24) < old_age) {
        clock.time += std::chrono::hours(20 * 24);
        used = test::read_grant(try_refresh(used.refresh));
    }
    // An access token does not outlive its session.
    clock.time = old_age - 60s;
    const auto last = try_refresh(used.refresh);
    BOOST_TEST(outcome(last) == "200");
    BOOST_TEST(boost::json::parse(std::string(last.body())).at("expires_in").to_number<int>() == 60);
    const auto access = test::read_grant(last).access;
    BOOST_TEST(check(access) == 200);
    clock.time = old_age;
    BOOST_TEST(check(access) == 401);
    BOOST_TEST(outcome(try_refresh(used.refresh)) == "401 session_ended");
}

// S17
BOOST_AUTO_TEST_CASE(who_is_deleted_or_disabled_cannot_refresh)
{
    const auto gone = sign_in("a@x"), barred = sign_in("b@x");
    change_from_outside("delete from user where email = 'a@x'");
    BOOST_TEST(outcome(try_refresh(gone.refresh)) == "401 session_ended");
    set_disabled("b@x", true);
    BOOST_TEST(outcome(try_refresh(barred.refresh)) == "403 user_disabled");
}

// S11
BOOST_AUTO_TEST_CASE(no_token_passes_for_one_of_another_kind)
{
    const auto in = sign_in("a@x");
    const auto tutorial_token = log_in("a@x");
    BOOST_TEST(check(in.access) == 200);
    BOOST_TEST(list_status(tutorial_token) == 200);

    BOOST_TEST(check(in.refresh) == 401);
    BOOST_TEST(check(tutorial_token) == 401);
    BOOST_TEST(list_status(in.access) == 401);
    BOOST_TEST(list_status(in.refresh) == 401);
    BOOST_TEST(outcome(try_refresh(in.access)) == "401 invalid_token");
    BOOST_TEST(outcome(try_refresh(tutorial_token)) == "401 invalid_token");
}

BOOST_AUTO_TEST_SUITE_END()
