// What introspection says of tokens, and that it is exact and cheap.
#include "oauth_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <vector>

namespace {

using namespace watchword;
using namespace std::chrono_literals;
using test::oauth_outcome;

const std::string nothing_more = "{\"active\":false}\n";

std::set<std::string> names_in(const boost::json::object& o)
{
    std::set<std::string> names;
    for (const auto& each : o) names.emplace(each.key().data(), each.key().size());
    return names;
}

std::int64_t number_at(const boost::json::object& o, const char* name)
{
    return o.at(name).to_number<std::int64_t>();
}

struct with_session : test::oauth_service {
    test::signed_in in = sign_in("a@x");
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(introspection, with_session)

BOOST_AUTO_TEST_CASE(an_access_token_is_what_it_says)
{
    const auto r = introspect_form("token=" + in.access + "&token_type_hint=access_token");
    BOOST_TEST(oauth_outcome(r) == "200");
    BOOST_TEST(r.content_type() == "application/json");
    BOOST_TEST(r.literal_lines() == "Cache-Control: no-store\r\n");
    BOOST_TEST(!r.may_be_compressed());
    const auto told = boost::json::parse(std::string(r.body())).as_object();
    const auto claims = test::claims_in(in.access).as_object();
    BOOST_TEST(told.at("active").as_bool());
    BOOST_TEST(test::text_at(told, "token_type") == "Bearer");
    BOOST_TEST(test::text_at(told, "username") == "a@x");
    for (const char* name : {"exp", "iat", "nbf", "sub", "aud", "iss", "jti", "sid", "amr", "auth_time"})
        BOOST_TEST((told.at(name) == claims.at(name)), name);
    BOOST_TEST(told.size() == 13u); // scope and roles are left out while they are empty; so is client_id

    // The same when it is known, and whatever the hint says (RFC 7009 section 2.1).
    for (const auto* hint : {"access_token", "refresh_token", "saml2", ""}) {
        const auto again = introspect_form("token=" + in.access + "&token_type_hint=" + hint);
        BOOST_TEST(again.body() == r.body(), hint);
    }
}

BOOST_AUTO_TEST_CASE(an_address_is_told_in_json_whatever_it_holds)
{
    sign_up("%22%5C%C3%A9@x");
    const auto odd = test::read_grant(try_sign_in("\"\\\xC3\xA9@x"));
    BOOST_TEST(test::text_at(introspect(odd.access), "username") == "\"\\\xC3\xA9@x");
    BOOST_TEST(test::text_at(introspect(odd.refresh), "username") == "\"\\\xC3\xA9@x");
}

BOOST_AUTO_TEST_CASE(a_refresh_token_is_active_while_it_would_be_accepted)
{
    const auto told = introspect(in.refresh);
    const std::set<std::string> names{"active", "token_type", "username", "exp",      "sub",
                                      "iss",    "sid",        "amr",      "auth_time"};
    BOOST_TEST(names_in(told) == names, boost::test_tools::per_element());
    BOOST_TEST(told.at("active").as_bool());
    BOOST_TEST(test::text_at(told, "token_type") == "refresh_token");
    BOOST_TEST(test::text_at(told, "username") == "a@x");
    BOOST_TEST(test::text_at(told, "sub") == in.user_id);
    BOOST_TEST(test::text_at(told, "sid") == in.session_id);
    BOOST_TEST(test::text_at(told, "iss") == "https://id.test");
    BOOST_TEST(told.at("amr").at(0).as_string() == "pwd");
    BOOST_TEST(number_at(told, "auth_time") == clock.now().time_since_epoch().count());
    BOOST_TEST(number_at(told, "exp") == (clock.now() + std::chrono::hours(30 * 24)).time_since_epoch().count());

    // Asking uses nothing up, and ends nothing.
    const auto next = test::read_grant(try_refresh(in.refresh));
    BOOST_TEST(is_active(in.refresh)); // its answer may have been lost
    BOOST_TEST(is_active(next.refresh));
    const auto third = test::read_grant(try_refresh(next.refresh));
    clock.time += 30s;
    BOOST_TEST(is_active(in.refresh));
    clock.time += 1s;
    BOOST_TEST(!is_active(in.refresh)); // would be a theft
    BOOST_TEST(is_active(next.refresh));
    BOOST_TEST(is_active(third.refresh));
    BOOST_TEST(test::outcome(try_refresh(third.refresh)) == "200");
}

BOOST_AUTO_TEST_CASE(of_anything_else_nothing_is_told)
{
    auto forged = in.access, forged_refresh = in.refresh;
    forged[forged.size() / 2] = forged[forged.size() / 2] == 'A' ? 'B' : 'A';
    forged_refresh.back() = forged_refresh.back() == 'A' ? 'B' : 'A';
    const std::vector<std::string> bad{"x",
                                       "a.b.c",
                                       "wr_",
                                       forged,
                                       forged_refresh,
                                       in.access + ".",
                                       in.access.substr(0, in.access.rfind('.') + 1),
                                       log_in("a@x"),
                                       in.session_id,
                                       std::string(100'000, '.'),
                                       std::string(100'000, 'a'),
                                       "%00",
                                       "%FF"};
    for (const auto& each : bad) {
        const auto r = introspect_form("token=" + each);
        BOOST_TEST(oauth_outcome(r) == "200", each.substr(0, 100));
        BOOST_TEST(r.body() == nothing_more, each.substr(0, 100));
        BOOST_TEST(r.content_type() == "application/json");
        BOOST_TEST(r.literal_lines() == "Cache-Control: no-store\r\n");
    }
    BOOST_TEST(is_active(in.access));
}

// Each way by which a token ends looks the same.
BOOST_AUTO_TEST_CASE(what_has_ended_is_inactive_at_once_and_why_is_not_told)
{
    const auto is_gone = [&](const test::signed_in& who) {
        return introspect_form("token=" + who.access).body() == nothing_more &&
               introspect_form("token=" + who.refresh).body() == nothing_more;
    };
    const auto known = [&](const std::string& email) {
        auto who = sign_in(email);
        BOOST_TEST(is_active(who.access));
        BOOST_TEST(is_active(who.refresh));
        return who;
    };
    const auto one = known("one@x");
    BOOST_TEST(end("current", one.access) == 204);
    BOOST_TEST(is_gone(one));
    const auto all = known("all@x");
    BOOST_TEST(end("all", all.access) == 204);
    BOOST_TEST(is_gone(all));
    const auto barred = known("barred@x");
    set_disabled("barred@x", true);
    change_from_outside("update watchword_user_state set changed = changed + 1");
    BOOST_TEST(is_gone(barred));
    const auto deleted = known("deleted@x");
    change_from_outside("delete from user where email = 'deleted@x'");
    BOOST_TEST(is_gone(deleted));

    clock.time += 900s;
    BOOST_TEST(introspect_form("token=" + in.access).body() == nothing_more);
    BOOST_TEST(is_active(in.refresh));
    clock.time += std::chrono::hours(30 * 24);
    BOOST_TEST(introspect_form("token=" + in.refresh).body() == nothing_more);
}

BOOST_AUTO_TEST_CASE(a_token_that_is_known_costs_no_question_to_the_database)
{
    BOOST_TEST(accepts(sign_in("c@x").access)); // since a start, keys may have to be read again
    const auto before = questions(), written = changes();
    for (int i = 0; i < 1000; ++i) BOOST_REQUIRE(is_active(in.access));
    BOOST_TEST(questions() == before + 1);
    for (int i = 0; i < 100; ++i) BOOST_REQUIRE(introspect_form("token=x").body() == nothing_more);
    BOOST_TEST(questions() == before + 1);
    BOOST_TEST(is_active(in.refresh));
    BOOST_TEST(questions() == before + 2);
    BOOST_TEST(changes() == written);
}

BOOST_AUTO_TEST_CASE(a_form_has_one_token)
{
    for (const auto& body :
         {std::string(), std::string("token="), std::string("token_type_hint=access_token"),
          "token=" + in.access + "&token=" + in.access, "token=&token=" + in.access, "Token=" + in.access}) {
        const auto r = introspect_form(body);
        BOOST_TEST(oauth_outcome(r) == "400 invalid_request", body);
        BOOST_TEST(r.literal_lines() == "Cache-Control: no-store\r\n");
    }
    std::string many = "token=" + in.access;
    for (int i = 0; i < 64; ++i) many += "&x=";
    BOOST_TEST(oauth_outcome(introspect_form(many)) == "400 invalid_request");
    BOOST_TEST(oauth_outcome(introspect_form("x=%zz&" + ("token=" + in.access))) == "200");
}

BOOST_AUTO_TEST_SUITE_END()
