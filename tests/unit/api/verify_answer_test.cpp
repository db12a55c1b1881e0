#include "api/verify_answer.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace {

using namespace watchword;

accounts::bearer_identity ann()
{
    accounts::bearer_identity who;
    who.public_id = "3b3a7b1e-0001-4000-8000-000000000001";
    who.email = "ann@example.test";
    who.roles = {"admin", "editor", "a b"};
    who.scope = "read write";
    return who;
}

// "status code".
std::string outcome(const accounts::bearer_identity& who, std::string_view query)
{
    const auto r = api::answer_verified(who, query);
    const auto status = std::to_string(static_cast<int>(r.status()));
    if (r.content_type() != "application/problem+json") return status;
    const auto body = boost::json::parse(std::string(r.body()));
    return status + " " + boost::json::value_to<std::string>(body.at("code"));
}
std::string outcome(std::string_view query)
{
    return outcome(ann(), query);
}

std::string email_field(const std::string& email)
{
    auto who = ann();
    who.email = email;
    const auto r = api::answer_verified(who, {});
    const std::string lines(r.lines());
    BOOST_TEST(std::count(lines.begin(), lines.end(), '\n') == 4); // one for each field, whatever is in it
    return std::string(r.header("X-User-Email"));
}

const std::string met = "200", malformed = "400 invalid_query", no_role = "403 role_missing",
                  no_scope = "403 scope_missing";

} // namespace

BOOST_AUTO_TEST_CASE(the_fields_say_who_it_is)
{
    const auto r = api::answer_verified(ann(), {});
    BOOST_TEST(static_cast<int>(r.status()) == 200);
    BOOST_TEST(r.body() == "");
    BOOST_TEST(r.content_type() == "");
    BOOST_TEST(r.lines() == "X-User-Id: 3b3a7b1e-0001-4000-8000-000000000001\r\n"
                            "X-User-Email: ann@example.test\r\n"
                            "X-User-Roles: admin,editor,a%20b\r\n"
                            "X-User-Scope: read write\r\n");
}

BOOST_AUTO_TEST_CASE(what_a_user_does_not_have_has_no_field)
{
    accounts::bearer_identity who;
    who.public_id = "u";
    BOOST_TEST(api::answer_verified(who, {}).lines() == "X-User-Id: u\r\n");
    who.email = "";
    BOOST_TEST(api::answer_verified(who, {}).lines() == "X-User-Id: u\r\n");
}

// S72
BOOST_AUTO_TEST_CASE(nothing_in_a_value_ends_the_line_or_is_taken_for_something_else)
{
    BOOST_TEST(email_field("a+b!#$&'*/=?^_`{|}~.\"@x") == "a+b!#$&'*/=?^_`{|}~.\"@x");
    BOOST_TEST(email_field("a\r\nX-User-Id: admin") == "a%0D%0AX-User-Id:%20admin");
    BOOST_TEST(email_field(std::string("\0\t\x1B\x7F \n", 6)) == "%00%09%1B%7F%20%0A");
    BOOST_TEST(email_field("j\xC3\xBCrgen@x") == "j%C3%BCrgen@x");
    BOOST_TEST(email_field("\xFF\x80") == "%FF%80"); // no UTF-8, as older databases may have
    // An address that looks encoded is not the one that it would encode.
    BOOST_TEST(email_field("j%C3%BCrgen@x") == "j%25C3%25BCrgen@x");
    BOOST_TEST(email_field("a,b@x") == "a,b@x");
}

BOOST_AUTO_TEST_CASE(ids_roles_and_scopes_are_encoded_too)
{
    auto who = ann();
    who.public_id = "a\nb,c";
    who.roles = {"one,two", "\xC3\xBC", "%"};
    who.scope = "a,b %41 \t";
    const auto r = api::answer_verified(who, {});
    BOOST_TEST(r.header("X-User-Id") == "a%0Ab,c");
    BOOST_TEST(r.header("X-User-Roles") == "one%2Ctwo,%C3%BC,%25");
    BOOST_TEST(r.header("X-User-Scope") == "a,b %2541 %09");
}

BOOST_AUTO_TEST_CASE(each_role_that_is_given_must_be_held)
{
    BOOST_TEST(outcome("role=admin") == met);
    BOOST_TEST(outcome("role=admin&role=editor") == met);
    BOOST_TEST(outcome("role=admin&role=admin") == met);
    BOOST_TEST(outcome("role=a%20b") == met);
    BOOST_TEST(outcome("role=a+b") == met);
    BOOST_TEST(outcome("role=%61dmi%6E") == met);
    for (const char* query : {"role=owner", "role=admin&role=owner", "role=owner&role=admin", "role=Admin", "role=admi",
                              "role=admins", "role=admin%20", "role=admin,editor", "role=a", "role=read"})
        BOOST_TEST(outcome(query) == no_role, query);
    auto who = ann();
    who.roles.clear();
    BOOST_TEST(outcome(who, "role=admin") == no_role);
}

BOOST_AUTO_TEST_CASE(each_word_of_a_scope_must_be_held)
{
    for (const char* query : {"scope=read", "scope=write", "scope=read+write", "scope=write%20read",
                              "scope=read&scope=write", "role=admin&scope=read"})
        BOOST_TEST(outcome(query) == met, query);
    for (const char* query : {"scope=delete", "scope=read+delete", "scope=delete+read", "scope=read&scope=delete",
                              "scope=rea", "scope=reads", "scope=READ", "scope=admin", "scope=read+writ"})
        BOOST_TEST(outcome(query) == no_scope, query);
    auto who = ann();
    who.scope.clear();
    BOOST_TEST(outcome(who, "scope=read") == no_scope);
    BOOST_TEST(outcome("role=owner&scope=delete") == no_role);
    BOOST_TEST(outcome("scope=delete&role=owner") == no_scope);
}

BOOST_AUTO_TEST_CASE(a_missing_scope_has_a_challenge)
{
    BOOST_TEST(api::answer_verified(ann(), "scope=delete").header("WWW-Authenticate") ==
               "Bearer error=\"insufficient_scope\"");
    BOOST_TEST(!api::answer_verified(ann(), "scope=delete").has("X-User-Id"));
    BOOST_TEST(!api::answer_verified(ann(), "role=owner").has("X-User-Id"));
}

// Whatever is not understood keeps everybody out.
BOOST_AUTO_TEST_CASE(a_condition_that_is_misspelt_is_refused)
{
    for (const char* query : {"roles=admin",
                              "Role=admin",
                              "role",
                              "role=",
                              "scope=",
                              "scope",
                              "=",
                              "=admin",
                              "&",
                              "role=admin&",
                              "&role=admin",
                              "role=admin&&role=editor",
                              "x=1",
                              "role=admin&x=1",
                              "role%3Dadmin",
                              "%72ole=admin",
                              "role=%",
                              "role=%4",
                              "role=%zz",
                              "role=admin%",
                              "role=%00",
                              "role=admin%0A",
                              "role=%7F",
                              "role=%FF",
                              "scope=+",
                              "scope=read+",
                              "scope=+read",
                              "scope=read++write",
                              "scope=%22",
                              "scope=%5C",
                              "scope=%C3%BC",
                              "scope=%09",
                              "role=owner&x=1",
                              "role=owner&role=%",
                              "/role=admin",
                              "role=admin;role=editor&;"})
        BOOST_TEST(outcome(query) == malformed, query);
}

BOOST_AUTO_TEST_CASE(a_query_is_short)
{
    const auto repeat = [](int times) {
        std::string query = "role=admin";
        for (int i = 1; i < times; ++i) query += "&role=admin";
        return query;
    };
    BOOST_TEST(outcome(repeat(16)) == met);
    BOOST_TEST(outcome(repeat(17)) == malformed);
    BOOST_TEST(outcome("role=" + std::string(1019, 'a')) == no_role);
    BOOST_TEST(outcome("role=" + std::string(1020, 'a')) == malformed);
    std::string longest = "role=";
    for (int i = 0; i < 339; ++i) longest += "%61";
    BOOST_TEST(outcome(longest) == no_role);
}
