#include "administration_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace watchword;
using namespace watchword::test;
using http::method;

BOOST_FIXTURE_TEST_SUITE(administration, administered_service)

BOOST_AUTO_TEST_CASE(the_first_administrator_needs_the_token_and_is_made_once)
{
    BOOST_TEST(body_of(ask(method::get, "/v1/setup", {})).at("needed").as_bool());
    const std::string rest = R"(","email":"root@x.test","password":"a password of the tests"})";
    BOOST_TEST(outcome(ask(method::post, "/v1/setup", {}, R"({"token":"x)" + rest)) == "401 setup_token_invalid");
    const auto token = admin();
    BOOST_TEST(!body_of(ask(method::get, "/v1/setup", {})).at("needed").as_bool());
    const auto again =
        ask(method::post, "/v1/setup", {}, R"({"token":")" + std::string(v1.setup_token().view()) + rest);
    BOOST_TEST(outcome(again) == "409 already_set_up");
    const auto me = body_of(ask(method::get, "/v1/users/me", token));
    BOOST_TEST(me.at("permissions").as_array().size() == accounts::permission_count);
}

BOOST_AUTO_TEST_CASE(only_who_has_the_permission_is_answered)
{
    const auto root = admin();
    create(root, "plain@x.test");
    BOOST_TEST(outcome(ask(method::put, "/v1/admin/roles/reader", root, R"({"permissions":["users.read"]})")) == "200");
    create(root, "reader@x.test", {"reader"});
    const auto plain = token_of("plain@x.test"), reader = token_of("reader@x.test");
    for (const auto* const path : {"/v1/admin/users", "/v1/admin/roles", "/v1/admin/api-keys", "/v1/admin/audit",
                                   "/v1/admin/signing-keys", "/v1/admin/metrics"}) {
        BOOST_TEST(outcome(ask(method::get, path, {})) == "401 token_missing", path);
        BOOST_TEST(outcome(ask(method::get, path, "wk_nothing")) == "401 token_invalid", path);
        BOOST_TEST(outcome(ask(method::get, path, plain)) == "403 permission_missing", path);
        BOOST_TEST(outcome(ask(method::get, path, root)) == "200", path);
    }
    BOOST_TEST(outcome(ask(method::get, "/v1/admin/users", reader)) == "200");
    BOOST_TEST(outcome(ask(method::post, "/v1/admin/users", reader, "{}")) == "403 permission_missing");
}

BOOST_AUTO_TEST_CASE(a_key_may_what_it_was_given_until_it_is_revoked)
{
    const auto root = admin();
    const auto made = body_of(ask(method::post, "/v1/admin/api-keys", root,
                                  R"({"name":"job","permissions":["users.read","api_keys.write"]})"));
    const auto key = text_at(made, "key");
    BOOST_TEST(key.starts_with(text_at(made, "prefix")));
    BOOST_TEST(outcome(ask(method::get, "/v1/admin/users", key)) == "200");
    BOOST_TEST(outcome(ask(method::get, "/v1/admin/audit", key)) == "403 permission_missing");
    // Nobody gives more than he has.
    BOOST_TEST(outcome(ask(method::post, "/v1/admin/api-keys", key, R"({"name":"x","permissions":["audit.read"]})")) ==
               "403 beyond_own_permissions");
    const auto listed = std::string(ask(method::get, "/v1/admin/api-keys", root).body());
    BOOST_TEST(listed.find(key) == std::string::npos);
    BOOST_TEST(outcome(ask(method::delete_, "/v1/admin/api-keys/" + text_at(made, "id"), root)) == "204");
    BOOST_TEST(outcome(ask(method::get, "/v1/admin/users", key)) == "401 token_invalid");
}

BOOST_AUTO_TEST_CASE(a_user_is_shown_changed_and_deleted)
{
    const auto root = admin();
    const auto path = "/v1/admin/users/" + create(root, "ada@x.test");
    const auto seen = ask(method::get, path, root);
    const std::string tag(seen.header("ETag"));
    BOOST_TEST(outcome(ask(method::get, path, root, {}, {{"If-None-Match", tag}})) == "304");
    BOOST_TEST(outcome(ask(method::patch, path, root, R"({"name":"Ada","metadata":{"x":[1]}})", {{"If-Match", tag}})) ==
               "200");
    BOOST_TEST(outcome(ask(method::patch, path, root, R"({"name":"Eve"})", {{"If-Match", tag}})) ==
               "412 precondition_failed");
    const auto now = body_of(ask(method::get, path, root));
    BOOST_TEST(text_at(now, "name") == "Ada");
    BOOST_TEST(boost::json::serialize(now.at("metadata")) == R"({"x":[1]})");
    BOOST_TEST(outcome(ask(method::patch, path, root, R"({"nme":"Eve"})")) == "400 unknown_field");
    BOOST_TEST(outcome(ask(method::patch, path, root, R"({"email":"root@x.test"})")) == "409 already_exists");
    BOOST_TEST(outcome(ask(method::patch, path, root, R"({"password":"short"})")) == "400 password_too_short");
    BOOST_TEST(outcome(ask(method::delete_, path, root, {}, {{"If-Match", tag}})) == "412 precondition_failed");
    BOOST_TEST(outcome(ask(method::delete_, path, root)) == "204");
    BOOST_TEST(outcome(ask(method::get, path, root)) == "404 not_found");
}

BOOST_AUTO_TEST_CASE(who_is_disabled_is_out_at_once)
{
    const auto root = admin();
    const auto path = "/v1/admin/users/" + create(root, "ada@x.test");
    const auto ada = token_of("ada@x.test");
    BOOST_TEST(outcome(ask(method::get, "/v1/users/me", ada)) == "200");
    BOOST_TEST(outcome(ask(method::patch, path, root, R"({"disabled":true})")) == "200");
    BOOST_TEST(outcome(ask(method::get, "/v1/users/me", ada)) == "401 token_invalid");
    BOOST_CHECK_THROW(token_of("ada@x.test"), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(sessions_of_others_are_listed_and_ended)
{
    const auto root = admin();
    const auto path = "/v1/admin/users/" + create(root, "ada@x.test") + "/sessions";
    const auto one = token_of("ada@x.test"), two = token_of("ada@x.test");
    const auto listed = body_of(ask(method::get, path, root)).at("sessions").as_array();
    BOOST_TEST(listed.size() == 2u);
    const auto first = text_at(claims_in(one), "sid");
    BOOST_TEST(outcome(ask(method::delete_, path + "/" + first, root)) == "204");
    BOOST_TEST(outcome(ask(method::get, "/v1/users/me", one)) == "401 token_invalid");
    BOOST_TEST(outcome(ask(method::get, "/v1/users/me", two)) == "200");
    BOOST_TEST(outcome(ask(method::delete_, path, root)) == "204");
    BOOST_TEST(outcome(ask(method::get, "/v1/users/me", two)) == "401 token_invalid");
}

BOOST_AUTO_TEST_CASE(the_last_administrator_stays)
{
    const auto root = admin();
    const auto path = "/v1/admin/users/" + text_at(body_of(ask(method::get, "/v1/users/me", root)), "id");
    BOOST_TEST(outcome(ask(method::patch, path, root, R"({"disabled":true})")) == "409 last_admin");
    BOOST_TEST(outcome(ask(method::patch, path, root, R"({"roles":[]})")) == "409 last_admin");
    BOOST_TEST(outcome(ask(method::delete_, path, root)) == "409 last_admin");
    BOOST_TEST(outcome(ask(method::put, "/v1/admin/roles/admin", root, R"({"permissions":[]})")) == "409 fixed_role");
}

BOOST_AUTO_TEST_CASE(pages_hold_each_user_once_and_cursors_are_of_one_list)
{
    const auto root = admin();
    for (int i = 0; i < 7; ++i) create(root, "user" + std::to_string(i) + "@x.test");
    std::set<std::string> ids;
    std::string target = "/v1/admin/users?limit=3", cursor;
    std::size_t pages = 0;
    for (;; ++pages) {
        const auto r = ask(method::get, target, root);
        const auto page = body_of(r);
        for (const auto& each : page.at("users").as_array()) BOOST_TEST(ids.insert(text_at(each, "id")).second);
        BOOST_TEST(page.at("next").is_null() == r.header("Link").empty());
        if (page.at("next").is_null()) break;
        cursor = text_at(page, "next");
        target = "/v1/admin/users?limit=3&cursor=" + cursor;
    }
    BOOST_TEST(ids.size() == 8u);
    BOOST_TEST(pages == 2u);
    BOOST_TEST(outcome(ask(method::get, "/v1/admin/users?search=user&cursor=" + cursor, root)) == "400 invalid_cursor");
    BOOST_TEST(outcome(ask(method::get, "/v1/admin/audit?cursor=" + cursor, root)) == "400 invalid_cursor");
    BOOST_TEST(outcome(ask(method::get, "/v1/admin/users?limit=201", root)) == "400 invalid_value");
    const auto found = body_of(ask(method::get, "/v1/admin/users?search=USER3", root));
    BOOST_TEST(found.at("users").as_array().size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_audit_log_tells_who_changed_what)
{
    const auto root = admin();
    const auto id = create(root, "ada@x.test");
    ask(method::patch, "/v1/admin/users/" + id, root, R"({"disabled":true})");
    const auto log = body_of(ask(method::get, "/v1/admin/audit?subject=" + id, root));
    std::string actions;
    for (const auto& each : log.at("events").as_array()) {
        actions += text_at(each, "action") + " ";
        BOOST_TEST(text_at(each.at("actor"), "kind") == "user");
        BOOST_TEST(text_at(each, "address") == "192.0.2.7");
    }
    BOOST_TEST(actions == "user.disabled user.created ");
    const auto everything = std::string(ask(method::get, "/v1/admin/audit", root).body());
    BOOST_TEST(everything.find("password of the tests") == std::string::npos);
    BOOST_TEST(everything.find("setup.completed") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_request_with_a_key_is_done_once)
{
    const auto root = admin();
    const std::string form = R"({"email":"ada@x.test","password":"a password of the tests"})";
    const fields key{{"Idempotency-Key", "\"one\""}};
    const auto first = ask(method::post, "/v1/admin/users", root, form, key);
    const auto second = ask(method::post, "/v1/admin/users", root, form, key);
    BOOST_TEST(outcome(first) == "201");
    BOOST_TEST(outcome(second) == "201");
    BOOST_TEST(second.body() == first.body());
    BOOST_TEST(second.header("Idempotency-Replayed") == "true");
    BOOST_TEST(outcome(ask(method::post, "/v1/admin/users", root,
                           R"({"email":"eve@x.test","password":"a password of the tests"})", key)) ==
               "422 idempotency_key_reused");
}

BOOST_AUTO_TEST_CASE(signing_up_says_nothing_of_others_and_the_own_profile_is_the_user_s)
{
    const std::string form = R"({"email":"ada@x.test","password":"a password of the tests","name":"Ada"})";
    const auto first = ask(method::post, "/v1/users", {}, form), second = ask(method::post, "/v1/users", {}, form);
    auto one = body_of(first), two = body_of(second);
    BOOST_TEST(outcome(first) == "201");
    BOOST_TEST(outcome(second) == "201");
    one.erase("id");
    two.erase("id");
    BOOST_TEST(one == two);
    BOOST_TEST(outcome(ask(method::post, "/v1/users", {}, R"({"email":"b@x.test","password":"short"})")) ==
               "400 password_too_short");
    const auto ada = token_of("ada@x.test");
    BOOST_TEST(text_at(body_of(ask(method::get, "/v1/users/me", ada)), "name") == "Ada");
    BOOST_TEST(outcome(ask(method::patch, "/v1/users/me", ada, R"({"metadata":{"theme":"dark"}})")) == "200");
    BOOST_TEST(outcome(ask(method::patch, "/v1/users/me", ada, R"({"metadata":[1]})")) == "400 invalid_type");
    BOOST_TEST(outcome(ask(method::patch, "/v1/users/me", ada, R"({"roles":["admin"]})")) == "400 unknown_field");
}

BOOST_AUTO_TEST_CASE(every_route_is_described_and_what_is_described_is_there)
{
    const api::reference shown(all, "1");
    std::set<std::string> described;
    const auto document = all.describe("1");
    for (const auto& [path, methods] : document.at("paths").as_object())
        for (const auto& [name, ignored] : methods.as_object()) {
            std::string upper(name.data(), name.size());
            for (auto& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
            described.insert(upper + " " + std::string(path.data(), path.size()));
        }
    std::set<std::string> routed;
    for (const auto& each : all_routes.list())
        if (each.find(" /v1/verify") == each.npos || each == "GET /v1/verify") routed.insert(each);
    BOOST_TEST(described == routed, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(who_takes_nothing_of_what_there_is_gets_406)
{
    BOOST_TEST(outcome(ask(method::get, "/v1/setup", {}, {}, {{"Accept", "text/html"}})) == "406 not_acceptable");
    BOOST_TEST(outcome(ask(method::get, "/v1/setup", {}, {}, {{"Accept", "text/html, */*;q=0.1"}})) == "200");
}

BOOST_AUTO_TEST_SUITE_END()
