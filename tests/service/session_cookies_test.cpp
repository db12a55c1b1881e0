// Sessions in a browser's cookies.
#include "api/bearer_guard.hpp"
#include "browser_fixture.hpp"
#include "support/allocations.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace watchword;
using namespace std::chrono_literals;
using http::method;
using test::cookie_jar;
using test::outcome;

const std::string cookie_form = R"({"email":"a@x","password":"pw","cookies":true})";

std::size_t count_sessions(const http::response& r)
{
    BOOST_REQUIRE(outcome(r) == "200");
    return boost::json::parse(std::string(r.body())).at("sessions").as_array().size();
}

core::task<http::response> say_nothing(http::request&, accounts::bearer)
{
    co_return http::response(http::status::no_content);
}

// Of so many requests, all on one I/O thread.
core::task<std::size_t> allocations_of_the_last(const http::router& routes, http::request& q, int requests)
{
    std::size_t last = 0;
    for (int i = 0; i < requests; ++i) {
        const auto before = test::allocations();
        const auto r = co_await routes.answer(q);
        last = test::allocations() - before;
        if (r.status() != http::status::no_content) throw std::logic_error("the request was not answered");
    }
    co_return last;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(signing_in_with_cookies, test::cookies_service)

BOOST_AUTO_TEST_CASE(the_tokens_go_out_in_cookies_and_nowhere_else)
{
    sign_up("a@x");
    cookie_jar jar;
    const auto r = ask_with(jar, method::post, "/v1/sessions", cookie_form);
    BOOST_TEST(outcome(r) == "201");
    BOOST_TEST(r.content_type() == "application/json");
    BOOST_TEST(r.literal_lines() == "Cache-Control: no-store\r\n");
    BOOST_TEST(!r.may_be_compressed());
    const auto body = boost::json::parse(std::string(r.body()));
    BOOST_TEST(body.as_object().size() == 4u);
    BOOST_TEST(body.at("expires_in").to_number<int>() == 900);
    BOOST_TEST(test::text_at(body, "expires_at") == "2027-01-15T08:15:00Z");
    BOOST_TEST(test::text_at(body.at("user"), "email") == "a@x");
    BOOST_TEST(test::text_at(body, "csrf_token") == jar.value(test::csrf_cookie));

    for (const auto& name : {test::access_cookie, test::refresh_cookie})
        BOOST_TEST(r.body().find(jar.value(name)) == std::string_view::npos, name);
    BOOST_TEST(jar.attributes(test::access_cookie) == "; Path=/; Max-Age=900; HttpOnly; Secure; SameSite=Lax");
    BOOST_TEST(jar.attributes(test::refresh_cookie) == "; Path=/; Max-Age=2592000; HttpOnly; Secure; SameSite=Strict");
    BOOST_TEST(jar.attributes(test::csrf_cookie) == "; Path=/; Max-Age=2592000; Secure; SameSite=Strict");
    BOOST_TEST(jar.value(test::refresh_cookie).starts_with("wr_"));
    BOOST_TEST(jar.value(test::csrf_cookie) == cookies.csrf_token_of(session_in(jar)));
    BOOST_TEST(check_with(jar) == "200");
    BOOST_TEST(check(jar.value(test::access_cookie)) == 200); // one token like any other
}

BOOST_AUTO_TEST_CASE(who_does_not_ask_for_cookies_gets_none)
{
    sign_up("a@x");
    cookie_jar jar;
    for (const auto* more : {"", R"(,"cookies":false)"}) {
        const auto form = R"({"email":"a@x","password":"pw")" + std::string(more) + "}";
        const auto r = ask_with(jar, method::post, "/v1/sessions", form);
        BOOST_TEST(outcome(r) == "201");
        BOOST_TEST(!r.has("Set-Cookie"));
        BOOST_TEST(check(test::read_grant(r).access) == 200);
    }
    const auto wrong = ask_with(jar, method::post, "/v1/sessions", R"({"email":"a@x","password":"pw","cookies":1})");
    BOOST_TEST(outcome(wrong) == "400 invalid_type");
    BOOST_TEST(test::text_at(boost::json::parse(std::string(wrong.body())), "field") == "cookies");
}

BOOST_AUTO_TEST_CASE(where_they_are_switched_off_none_are_given_or_taken)
{
    sign_up("a@x");
    for (const auto* secret_word : {"pw", "nope"}) { // before anything is judged
        const auto r = post_v1("/v1/sessions",
                               R"({"email":"a@x","password":")" + std::string(secret_word) + R"(","cookies":true})");
        BOOST_TEST(outcome(r) == "403 cookies_disabled");
        BOOST_TEST(test::text_at(boost::json::parse(std::string(r.body())), "field") == "cookies");
        BOOST_TEST(!r.has("Set-Cookie"));
    }
    BOOST_TEST(outcome(post_v1("/v1/sessions", R"({"email":"a@x","password":"pw","cookies":false})")) == "201");

    auto jar = sign_in_by_cookies("a@x");
    const auto field = jar.field(), csrf = jar.value(test::csrf_cookie);
    const std::vector<http::header_field> headers{{"Cookie", field}, {"X-CSRF-Token", csrf}};
    BOOST_TEST(outcome(ask(method::get, "/v1/sessions", headers)) == "401 token_missing");
    BOOST_TEST(outcome(ask(method::delete_, "/v1/sessions/current", headers)) == "401 token_missing");
    BOOST_TEST(outcome(ask(method::post, "/v1/sessions/refresh", headers)) == "415 unsupported_media_type");
    BOOST_TEST(check_with(jar) == "200");
}

// S45: nobody signs others in as himself
BOOST_AUTO_TEST_CASE(a_page_of_another_origin_signs_nobody_in)
{
    auto jar = sign_in_by_cookies("a@x");
    const auto before = jar.field();
    const test::extra_headers foreign{{"Origin", "https://evil.example"},
                                      {"Origin", "null"},
                                      {"Sec-Fetch-Site", "cross-site"},
                                      {"Sec-Fetch-Site", "same-site"}};
    for (const auto& field : foreign) {
        const auto r = try_cookie_sign_in(jar, "a@x", "pw", {field});
        BOOST_TEST(outcome(r) == "403 cross_origin_request", field.second);
        BOOST_TEST(!r.has("Set-Cookie"));
    }
    BOOST_TEST(jar.field() == before);
    BOOST_TEST(count_sessions(ask_with(jar, method::get, "/v1/sessions")) == 1u);
    // Of a body that a form can send nothing is read.
    const auto form = ask_with(jar, method::post, "/v1/sessions", {}, {{"Content-Type", "text/plain"}});
    BOOST_TEST(outcome(form) == "415 unsupported_media_type");
    for (const auto* own : {"https://id.test", "https://app.id.test"})
        BOOST_TEST(outcome(try_cookie_sign_in(jar, "a@x", "pw", {{"Origin", own}})) == "201", own);
}

// S44
BOOST_AUTO_TEST_CASE(a_new_sign_in_is_a_new_session_and_the_old_one_ends)
{
    auto jar = sign_in_by_cookies("a@x");
    const auto old = jar;
    const auto elsewhere = sign_in("a@x");
    BOOST_TEST(outcome(try_cookie_sign_in(jar, "a@x")) == "201");
    BOOST_TEST(session_in(jar) != session_in(old));
    BOOST_TEST(jar.value(test::csrf_cookie) != old.value(test::csrf_cookie));
    BOOST_TEST(check_with(jar) == "200");
    auto dead = old;
    BOOST_TEST(check_with(dead) == "401 token_invalid");
    BOOST_TEST(outcome(refresh(dead)) == "401 session_ended");
    BOOST_TEST(check(elsewhere.access) == 200);
    BOOST_TEST(count_sessions(ask_with(jar, method::get, "/v1/sessions")) == 2u);
}

// Session fixation: an attacker puts his own session's cookies into a browser.
BOOST_AUTO_TEST_CASE(the_old_session_ends_whosever_it_was)
{
    for (const auto& dropped : {std::string(), test::access_cookie, test::refresh_cookie}) {
        auto jar = sign_in_by_cookies("evil@x");
        const auto evil = jar;
        jar.drop(dropped);
        sign_up("a@x");
        BOOST_TEST(outcome(try_cookie_sign_in(jar, "a@x")) == "201");
        BOOST_TEST(session_in(jar) != session_in(evil));
        auto attacker = evil;
        BOOST_TEST(check_with(attacker) == "401 token_invalid", dropped);
        BOOST_TEST(outcome(refresh(attacker)) == "401 session_ended", dropped);
        BOOST_TEST(check_with(jar) == "200");
    }
    // Both cookies, of two sessions.
    auto jar = sign_in_by_cookies("evil@x"), other = sign_in_by_cookies("evil@x");
    auto mixed = jar;
    mixed.put(test::refresh_cookie, other.value(test::refresh_cookie));
    BOOST_TEST(outcome(try_cookie_sign_in(mixed, "a@x")) == "201");
    BOOST_TEST(check_with(jar) == "401 token_invalid");
    BOOST_TEST(check_with(other) == "401 token_invalid");
}

BOOST_AUTO_TEST_CASE(cookies_that_are_worth_nothing_do_not_stand_in_the_way)
{
    sign_up("a@x");
    const auto bystander = sign_in("a@x");
    for (const auto* bad : {"x", "", "wr_AAECAwQFBgcICQoLDA0ODwAAAAAAAAAB3mwI_pprkvQkz7OXTN4hyw", "a.b.c"}) {
        cookie_jar jar;
        jar.put(test::access_cookie, bad);
        jar.put(test::refresh_cookie, bad);
        BOOST_TEST(outcome(try_cookie_sign_in(jar, "a@x")) == "201", bad);
        BOOST_TEST(check_with(jar) == "200");
    }
    auto jar = sign_in_by_cookies("a@x");
    BOOST_TEST(outcome(refresh(jar)) == "200");
    BOOST_TEST(outcome(change(jar, method::delete_, "/v1/sessions/others")) == "204");
    BOOST_TEST(check(bystander.access) == 401);
    auto ended = jar;
    BOOST_TEST(outcome(change(jar, method::delete_, "/v1/sessions/all")) == "204");
    BOOST_TEST(outcome(try_cookie_sign_in(ended, "a@x")) == "201");
}

BOOST_AUTO_TEST_CASE(a_sign_in_that_fails_or_wants_no_cookies_ends_nothing)
{
    auto jar = sign_in_by_cookies("a@x");
    const auto before = jar.field();
    BOOST_TEST(outcome(try_cookie_sign_in(jar, "a@x", "nope")) == "401 wrong_credentials");
    BOOST_TEST(outcome(ask_with(jar, method::post, "/v1/sessions", R"({"email":"a@x","password":"pw"})")) == "201");
    BOOST_TEST(jar.field() == before);
    BOOST_TEST(check_with(jar) == "200");
    BOOST_TEST(outcome(refresh(jar)) == "200");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(requests_with_cookies, test::cookies_service)

BOOST_AUTO_TEST_CASE(an_authorization_field_always_counts)
{
    auto jar = sign_in_by_cookies("a@x");
    const auto other = sign_in("b@x");
    const auto ask_as = [&](const std::string& authorization) {
        return ask_with(jar, method::get, "/v1/sessions", {}, {{"Authorization", authorization}});
    };
    const auto listed = boost::json::parse(std::string(ask_as("Bearer " + other.access).body()));
    BOOST_TEST(test::text_at(listed.at("sessions").at(0), "id") == other.session_id);
    BOOST_TEST(outcome(ask_as("Bearer x.y.z")) == "401 token_invalid");
    BOOST_TEST(outcome(ask_as("Bearer ")) == "401 token_missing");
    BOOST_TEST(outcome(ask_as("Basic YTpi")) == "401 token_missing");

    // It needs no CSRF token: no page sends it unasked. And it is that session which ends; the cookies stay.
    const auto ended = ask_with(jar, method::delete_, "/v1/sessions/current", {},
                                {{"Authorization", "Bearer " + other.access}, {"Sec-Fetch-Site", "cross-site"}});
    BOOST_TEST(outcome(ended) == "204");
    BOOST_TEST(!ended.has("Set-Cookie"));
    BOOST_TEST(check(other.access) == 401);
    BOOST_TEST(check_with(jar) == "200");
}

// Cookie tossing
BOOST_AUTO_TEST_CASE(several_cookies_of_the_name_are_refused)
{
    auto jar = sign_in_by_cookies("a@x"), other = sign_in_by_cookies("evil@x");
    for (const auto* each : {&jar, &other}) {
        const auto second = test::access_cookie + "=" + each->value(test::access_cookie);
        BOOST_TEST(outcome(ask_with(jar, method::get, "/v1/sessions", {}, {{"Cookie", second}})) ==
                   "401 token_missing");
    }
    const auto second = test::refresh_cookie + "=" + other.value(test::refresh_cookie);
    BOOST_TEST(outcome(ask_with(jar, method::post, "/v1/sessions/refresh", {},
                                {{"Cookie", second}, {"X-CSRF-Token", jar.value(test::csrf_cookie)}})) ==
               "401 token_missing");
}

BOOST_AUTO_TEST_CASE(an_expired_or_altered_cookie_is_told_so)
{
    auto jar = sign_in_by_cookies("a@x");
    const auto access = jar.value(test::access_cookie);
    jar.put(test::access_cookie, access.substr(0, access.size() - 1));
    BOOST_TEST(check_with(jar) == "401 token_invalid");
    jar.put(test::access_cookie, jar.value(test::refresh_cookie));
    BOOST_TEST(check_with(jar) == "401 token_invalid");
    jar.put(test::access_cookie, access);
    clock.time += 900s;
    BOOST_TEST(check_with(jar) == "401 token_expired");
    jar.drop(test::access_cookie);
    const auto missing = ask_with(jar, method::get, "/v1/sessions");
    BOOST_TEST(outcome(missing) == "401 token_missing");
    BOOST_TEST(missing.header("WWW-Authenticate") == "Bearer");
}

BOOST_AUTO_TEST_CASE(what_changes_something_needs_the_csrf_token_of_its_session)
{
    auto jar = sign_in_by_cookies("a@x");
    const auto other = sign_in_by_cookies("a@x");
    const auto good = jar.value(test::csrf_cookie);
    const std::vector<std::pair<method, std::string>> all{{method::delete_, "/v1/sessions/current"},
                                                          {method::delete_, "/v1/sessions/others"},
                                                          {method::delete_, "/v1/sessions/all"},
                                                          {method::delete_, "/v1/sessions/" + session_in(jar)},
                                                          {method::post, "/v1/sessions/refresh"}};
    const test::extra_headers wrong{{"X-CSRF-Token", other.value(test::csrf_cookie)},
                                    {"X-CSRF-Token", good.substr(1)},
                                    {"X-CSRF-Token", ""},
                                    {"X-XSRF-Token", good}};
    const test::extra_headers foreign{{"Origin", "https://evil.example"},
                                      {"Origin", "null"},
                                      {"Sec-Fetch-Site", "cross-site"},
                                      {"Sec-Fetch-Site", "same-site"}};
    for (const auto& [m, path] : all) {
        BOOST_TEST(outcome(ask_with(jar, m, path)) == "403 csrf_token_invalid", path);
        for (const auto& field : wrong) {
            const auto r = ask_with(jar, m, path, {}, {field});
            BOOST_TEST(outcome(r) == "403 csrf_token_invalid", path << " " << field.second);
            BOOST_TEST(!r.has("Set-Cookie"));
        }
        for (const auto& field : foreign)
            BOOST_TEST(outcome(ask_with(jar, m, path, {}, {field, {"X-CSRF-Token", good}})) ==
                           "403 cross_origin_request",
                       path << " " << field.second);
    }
    BOOST_TEST(count_sessions(ask_with(jar, method::get, "/v1/sessions")) == 2u); // nothing has happened
    BOOST_TEST(outcome(refresh(jar)) == "200");
    for (const auto& field : foreign) // who follows a link
        BOOST_TEST(outcome(ask_with(jar, method::get, "/v1/sessions", {}, {field})) == "200");
}

BOOST_AUTO_TEST_CASE(a_proxy_that_asks_about_a_change_asks_for_its_csrf_token)
{
    auto jar = sign_in_by_cookies("a@x");
    const auto verify = [&](test::extra_headers more) {
        return outcome(ask_with(jar, method::get, "/v1/sessions", {}, more));
    };
    const auto csrf = jar.value(test::csrf_cookie);
    for (const auto* name : {"X-Original-Method", "X-Forwarded-Method"}) {
        BOOST_TEST(verify({{name, "GET"}}) == "200");
        BOOST_TEST(verify({{name, "POST"}}) == "403 csrf_token_invalid");
        BOOST_TEST(verify({{name, "POST"}, {"X-CSRF-Token", csrf}}) == "200");
        BOOST_TEST(verify({{name, "POST"}, {"X-CSRF-Token", csrf}, {"Sec-Fetch-Site", "cross-site"}}) ==
                   "403 cross_origin_request");
        BOOST_TEST(verify({{name, "POST"}, {"Authorization", "Bearer " + jar.value(test::access_cookie)}}) == "200");
    }
}

BOOST_AUTO_TEST_CASE(a_known_cookie_allocates_nothing)
{
    auto jar = sign_in_by_cookies("a@x");
    http::router one;
    one.add(method::get, "/x", api::require_bearer(bearers, say_nothing, &cookies));
    one.add(method::post, "/x", api::require_bearer(bearers, say_nothing, &cookies));
    const auto field = jar.field(), csrf = jar.value(test::csrf_cookie);
    for (const auto m : {method::get, method::post}) {
        http::request q;
        q.method = m;
        q.path = "/x";
        q.headers = {{"Host", "id.test"}, {"Cookie", field}, {"X-CSRF-Token", csrf}, {"Origin", "https://id.test"}};
        q.secure = true;
        BOOST_TEST(test::run_task(allocations_of_the_last(one, q, 50)) == 0u);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(refreshing_with_cookies, test::cookies_service)

BOOST_AUTO_TEST_CASE(a_refresh_without_a_body_renews_the_cookies)
{
    auto jar = sign_in_by_cookies("a@x");
    const auto old = jar;
    clock.time += 600s;
    const auto r = refresh(jar);
    BOOST_TEST(outcome(r) == "200");
    BOOST_TEST(r.literal_lines() == "Cache-Control: no-store\r\n");
    BOOST_TEST(!r.may_be_compressed());
    const auto body = boost::json::parse(std::string(r.body()));
    BOOST_TEST(body.as_object().size() == 4u);
    BOOST_TEST(session_in(jar) == session_in(old));
    BOOST_TEST(jar.value(test::access_cookie) != old.value(test::access_cookie));
    BOOST_TEST(jar.value(test::refresh_cookie) != old.value(test::refresh_cookie));
    BOOST_TEST(jar.value(test::csrf_cookie) == old.value(test::csrf_cookie));
    BOOST_TEST(jar.attributes(test::access_cookie) == old.attributes(test::access_cookie));
    BOOST_TEST(jar.attributes(test::refresh_cookie) == old.attributes(test::refresh_cookie));
    BOOST_TEST(jar.attributes(test::csrf_cookie) == old.attributes(test::csrf_cookie));
    BOOST_TEST(check_with(jar) == "200");
}

// A page that is loaded when the access token has expired has only what its cookies say.
BOOST_AUTO_TEST_CASE(a_page_that_is_loaded_late_can_refresh)
{
    auto jar = sign_in_by_cookies("a@x");
    clock.time += std::chrono::hours(29 * 24);
    jar.drop(test::access_cookie);
    BOOST_TEST(outcome(refresh(jar)) == "200");
    BOOST_TEST(check_with(jar) == "200");
}

BOOST_AUTO_TEST_CASE(the_cookies_live_no_longer_than_the_session)
{
    watchword::accounts::session_settings brief;
    brief.longest = std::chrono::hours(1);
    test::cookies_service s(brief);
    auto jar = s.sign_in_by_cookies("a@x");
    BOOST_TEST(jar.attributes(test::refresh_cookie).find("Max-Age=3600;") != std::string::npos);
    s.clock.time += 3590s;
    BOOST_TEST(outcome(s.refresh(jar)) == "200");
    for (const auto& name : {test::access_cookie, test::refresh_cookie, test::csrf_cookie})
        BOOST_TEST(jar.attributes(name).find("Max-Age=10;") != std::string::npos, jar.attributes(name));
}

BOOST_AUTO_TEST_CASE(two_tabs_get_the_same_successor_and_a_theft_ends_the_session)
{
    auto jar = sign_in_by_cookies("a@x");
    auto tab = jar;
    const auto stolen = jar;
    BOOST_TEST(outcome(refresh(jar)) == "200");
    BOOST_TEST(outcome(refresh(tab)) == "200");
    BOOST_TEST(jar.value(test::refresh_cookie) == tab.value(test::refresh_cookie));
    BOOST_TEST(outcome(refresh(jar)) == "200");
    clock.time += 31s;
    auto thief = stolen;
    const auto r = refresh(thief);
    BOOST_TEST(outcome(r) == "401 session_reused");
    BOOST_TEST(!r.has("Set-Cookie")); // another tab may have signed in anew
    BOOST_TEST(check_with(jar) == "401 token_invalid");
    BOOST_TEST(outcome(refresh(jar)) == "401 session_ended");
}

BOOST_AUTO_TEST_CASE(what_is_no_refresh_token_is_refused_without_asking_the_database)
{
    auto jar = sign_in_by_cookies("a@x");
    const auto csrf = jar.value(test::csrf_cookie);
    const auto before = changes();
    cookie_jar none;
    BOOST_TEST(outcome(refresh(none)) == "401 token_missing");
    for (const auto& bad : {std::string("x"), jar.value(test::access_cookie), jar.value(test::refresh_cookie) + "A"}) {
        cookie_jar other;
        other.put(test::refresh_cookie, bad);
        other.put(test::csrf_cookie, csrf);
        BOOST_TEST(outcome(refresh(other)) == "401 invalid_token", bad);
    }
    BOOST_TEST(outcome(ask_with(jar, method::post, "/v1/sessions/refresh")) == "403 csrf_token_invalid");
    BOOST_TEST(changes() == before);
}

BOOST_AUTO_TEST_CASE(a_token_in_the_body_is_answered_in_the_body)
{
    auto jar = sign_in_by_cookies("a@x");
    const auto before = jar.field();
    const auto app = sign_in("b@x");
    const auto r = ask_with(jar, method::post, "/v1/sessions/refresh", "{\"refresh_token\":\"" + app.refresh + "\"}");
    BOOST_TEST(outcome(r) == "200");
    BOOST_TEST(test::read_grant(r).session_id == app.session_id);
    BOOST_TEST(!r.has("Set-Cookie"));
    BOOST_TEST(jar.field() == before);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(signing_out_with_cookies, test::cookies_service)

BOOST_AUTO_TEST_CASE(who_signs_out_has_no_cookies_any_more)
{
    for (const auto* which : {"current", "all", ""}) {
        auto jar = sign_in_by_cookies("a@x");
        auto stolen = jar;
        const auto path = "/v1/sessions/" + (*which ? std::string(which) : session_in(jar));
        const auto r = change(jar, method::delete_, path);
        BOOST_TEST(outcome(r) == "204", path);
        BOOST_TEST(r.lines() ==
                   "Set-Cookie: __Host-watchword-access=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax\r\n"
                   "Set-Cookie: __Host-watchword-refresh=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict\r\n"
                   "Set-Cookie: __Host-watchword-csrf=; Path=/; Max-Age=0; Secure; SameSite=Strict\r\n");
        BOOST_TEST(jar.empty());
        BOOST_TEST(check_with(stolen) == "401 token_invalid");
        BOOST_TEST(outcome(refresh(stolen)) == "401 session_ended");
    }
}

BOOST_AUTO_TEST_CASE(who_ends_other_sessions_keeps_his)
{
    auto jar = sign_in_by_cookies("a@x");
    const auto before = jar.field();
    const auto there = sign_in("a@x");
    BOOST_TEST(outcome(change(jar, method::delete_, "/v1/sessions/" + there.session_id)) == "204");
    BOOST_TEST(outcome(change(jar, method::delete_, "/v1/sessions/others")) == "204");
    BOOST_TEST(jar.field() == before);
    BOOST_TEST(check_with(jar) == "200");
    BOOST_TEST(check(there.access) == 401);
}

BOOST_AUTO_TEST_SUITE_END()
