// Listing sessions and signing out under /v1, and who may ask at all.
#include "sessions_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

using namespace watchword;
using namespace std::chrono_literals;
using test::outcome;

boost::json::array sessions_in(const http::response& r)
{
    BOOST_REQUIRE(static_cast<int>(r.status()) == 200);
    return boost::json::parse(std::string(r.body())).at("sessions").as_array();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(access_tokens, test::sessions_service)

BOOST_AUTO_TEST_CASE(without_a_good_token_it_is_said_what_is_wrong)
{
    const auto in = sign_in("a@x");
    const auto refused = [&](std::string_view access) { return list_sessions(access); };
    const auto missing = refused("");
    BOOST_TEST(outcome(missing) == "401 token_missing");
    BOOST_TEST(missing.header("WWW-Authenticate") == "Bearer");
    BOOST_TEST(missing.literal_lines() == "Cache-Control: no-store\r\n");
    const auto bad = refused("x.y.z");
    BOOST_TEST(outcome(bad) == "401 token_invalid");
    BOOST_TEST(bad.header("WWW-Authenticate") == "Bearer error=\"invalid_token\"");
    BOOST_TEST(bad.literal_lines() == "Cache-Control: no-store\r\n");

    BOOST_TEST(check(in.access) == 200);
    clock.time += 899s;
    BOOST_TEST(check(in.access) == 200);
    clock.time += 1s;
    const auto expired = refused(in.access);
    BOOST_TEST(outcome(expired) == "401 token_expired");
    BOOST_TEST(expired.header("WWW-Authenticate") == "Bearer error=\"invalid_token\"");
}

BOOST_AUTO_TEST_CASE(the_token_is_taken_from_one_place)
{
    const auto in = sign_in("a@x");
    const std::string bearer = "Bearer " + in.access;
    const auto status_with = [&](std::vector<http::header_field> headers) {
        return static_cast<int>(ask(http::method::get, "/v1/sessions", std::move(headers)).status());
    };
    BOOST_TEST(status_with({{"Authorization", bearer}}) == 200);
    BOOST_TEST(status_with({{"x-access-token", in.access}}) == 401);
    BOOST_TEST(status_with({{"Authorization", bearer}, {"Authorization", bearer}}) == 401);
    BOOST_TEST(status_with({{"Authorization", "Basic " + in.access}}) == 401);
}

BOOST_AUTO_TEST_CASE(every_altered_byte_of_a_known_token_is_refused)
{
    const auto in = sign_in("a@x");
    BOOST_TEST(check(in.access) == 200);
    for (std::size_t i = 0; i < in.access.size(); ++i) {
        auto altered = in.access;
        altered[i] = altered[i] == 'A' ? 'B' : 'A';
        BOOST_TEST(!accepts(altered), "byte " << i);
    }
    BOOST_TEST(!accepts(in.access + "A"));
    BOOST_TEST(!accepts(in.access.substr(0, in.access.size() - 1)));
    BOOST_TEST(accepts(in.access));
}

BOOST_AUTO_TEST_CASE(no_route_of_a_caller_answers_without_one)
{
    using http::method;
    const std::vector<std::pair<method, std::string>> all{{method::get, "/v1/sessions"},
                                                          {method::delete_, "/v1/sessions/current"},
                                                          {method::delete_, "/v1/sessions/others"},
                                                          {method::delete_, "/v1/sessions/all"},
                                                          {method::delete_, "/v1/sessions/AAAAAAAAAAAAAAAAAAAAAA"}};
    for (const auto& [m, path] : all) BOOST_TEST(outcome(ask_v1(m, path)) == "401 token_missing", path);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(sessions_of_a_user, test::sessions_service)

BOOST_AUTO_TEST_CASE(a_list_shows_where_and_when_each_session_began)
{
    sign_up("a@x");
    const std::string form = R"({"email":"a@x","password":"pw"})";
    const auto first = test::read_grant(ask_v1(http::method::post, "/v1/sessions", {}, form, "Phone/1"));
    clock.time += 60s;
    const auto second = test::read_grant(ask_v1(http::method::post, "/v1/sessions", {}, form, "Desk\tÜ/2"));
    sign_in("b@x");
    clock.time += 60s;
    const auto refreshed = test::read_grant(try_refresh(first.refresh));

    const auto r = list_sessions(second.access);
    BOOST_TEST(r.literal_lines() == "Cache-Control: no-store\r\n");
    const auto all = sessions_in(r);
    BOOST_REQUIRE(all.size() == 2u);
    BOOST_TEST(test::text_at(all[0], "id") == first.session_id); // used last
    BOOST_TEST(all[0].at("current").as_bool() == false);
    BOOST_TEST(test::text_at(all[0], "device") == "Phone/1");
    BOOST_TEST(test::text_at(all[0], "address") == "192.0.2.7");
    BOOST_TEST(test::text_at(all[0], "created") == "2027-01-15T08:00:00Z");
    BOOST_TEST(test::text_at(all[0], "last_used") == "2027-01-15T08:02:00Z");
    BOOST_TEST(test::text_at(all[0], "expires") == "2027-02-14T08:02:00Z");
    BOOST_TEST(all[0].at("amr").at(0).as_string() == "pwd");
    BOOST_TEST(test::text_at(all[1], "id") == second.session_id);
    BOOST_TEST(all[1].at("current").as_bool() == true);
    BOOST_TEST(test::text_at(all[1], "device") == "Desk?Ü/2");
    BOOST_TEST(sessions_in(list_sessions(refreshed.access))[0].at("current").as_bool() == true);
}

BOOST_AUTO_TEST_CASE(more_sessions_than_one_may_have_end_the_one_used_least_lately)
{
    watchword::accounts::session_settings few;
    few.most_per_user = 3;
    test::sessions_service s(few);
    std::vector<test::signed_in> all;
    for (int i = 0; i < 4; ++i) {
        all.push_back(s.sign_in("a@x"));
        s.clock.time += 1s;
        if (i == 0) BOOST_TEST(s.check(all[0].access) == 200);
    }
    BOOST_TEST(s.check(all[0].access) == 401);
    BOOST_TEST(outcome(s.try_refresh(all[0].refresh)) == "401 session_ended");
    for (std::size_t i = 1; i < 4; ++i) BOOST_TEST(s.check(all[i].access) == 200);
}

BOOST_AUTO_TEST_CASE(who_signs_out_is_out_at_once_and_nobody_else)
{
    const auto here = sign_in("a@x"), there = sign_in("a@x"), other = sign_in("b@x");
    for (const auto* each : {&here, &there, &other}) BOOST_TEST(check(each->access) == 200);
    const auto r = ask_v1(http::method::delete_, "/v1/sessions/current", here.access);
    BOOST_TEST(static_cast<int>(r.status()) == 204);
    BOOST_TEST(r.body().empty());
    BOOST_TEST(r.literal_lines() == "Cache-Control: no-store\r\n");
    BOOST_TEST(outcome(list_sessions(here.access)) == "401 token_invalid");
    BOOST_TEST(outcome(try_refresh(here.refresh)) == "401 session_ended");
    BOOST_TEST(end("current", here.access) == 401);
    BOOST_TEST(check(there.access) == 200);
    BOOST_TEST(check(other.access) == 200);
    BOOST_TEST(sessions_in(list_sessions(there.access)).size() == 1u);
}

// S75
BOOST_AUTO_TEST_CASE(a_session_is_ended_by_its_id_by_its_user_only)
{
    const auto here = sign_in("a@x"), there = sign_in("a@x"), other = sign_in("b@x");
    for (const auto* each : {&here, &there, &other}) BOOST_TEST(check(each->access) == 200);
    const auto foreign = ask_v1(http::method::delete_, "/v1/sessions/" + other.session_id, here.access);
    BOOST_TEST(outcome(foreign) == "404 not_found");
    BOOST_TEST(check(other.access) == 200);
    BOOST_TEST(end(there.session_id, here.access) == 204);
    BOOST_TEST(check(there.access) == 401);
    BOOST_TEST(outcome(try_refresh(there.refresh)) == "401 session_ended");
    BOOST_TEST(end(there.session_id, here.access) == 404);
    const std::vector<std::string> bad{
        "x",      "AAAAAAAAAAAAAAAAAAAAAA", there.session_id + "A", "%00", "all%20", "%27;--", std::string(5000, 'A'),
        "Current"};
    for (const auto& each : bad) BOOST_TEST(end(each, here.access) == 404, each);
    BOOST_TEST(check(here.access) == 200);
    BOOST_TEST(end(here.session_id, here.access) == 204);
    BOOST_TEST(check(here.access) == 401);
}

BOOST_AUTO_TEST_CASE(all_others_can_be_ended)
{
    const auto here = sign_in("a@x"), other = sign_in("b@x");
    const std::vector<test::signed_in> elsewhere{sign_in("a@x"), sign_in("a@x"), sign_in("a@x")};
    for (const auto& each : elsewhere) BOOST_TEST(check(each.access) == 200);
    BOOST_TEST(end("others", here.access) == 204);
    for (const auto& each : elsewhere) {
        BOOST_TEST(check(each.access) == 401);
        BOOST_TEST(outcome(try_refresh(each.refresh)) == "401 session_ended");
    }
    BOOST_TEST(check(here.access) == 200);
    BOOST_TEST(outcome(try_refresh(here.refresh)) == "200");
    BOOST_TEST(check(other.access) == 200);
    BOOST_TEST(end("others", here.access) == 204); // there are none
}

BOOST_AUTO_TEST_CASE(all_can_be_ended_and_later_sessions_are_good)
{
    const auto here = sign_in("a@x"), there = sign_in("a@x"), other = sign_in("b@x");
    const auto never_checked = test::read_grant(try_refresh(there.refresh)).access;
    for (const auto* each : {&here, &there, &other}) BOOST_TEST(check(each->access) == 200);
    BOOST_TEST(end("all", here.access) == 204);
    for (const auto& each : {here.access, there.access, never_checked}) BOOST_TEST(check(each) == 401);
    BOOST_TEST(outcome(try_refresh(here.refresh)) == "401 session_ended");
    BOOST_TEST(check(other.access) == 200);
    const auto again = sign_in("a@x");
    BOOST_TEST(check(again.access) == 200);
    BOOST_TEST(test::claims_in(again.access).at("gen").to_number<int>() == 1);
    BOOST_TEST(check(here.access) == 401);
    BOOST_TEST(end("all", again.access) == 204);
    BOOST_TEST(check(again.access) == 401);
}

BOOST_AUTO_TEST_SUITE_END()
