#include "api/json_body.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace watchword;

http::request request_of(std::string_view body, std::string_view type = "application/json")
{
    http::request q;
    if (!type.empty()) q.headers = {{"Content-Type", type}};
    q.body = body;
    return q;
}

auto read(std::string_view body, std::string_view type = "application/json")
{
    return api::read_texts(request_of(body, type), {"email", "password"});
}

// "code field" of the problem, or "fine".
std::string outcome(std::string_view body, std::string_view type = "application/json")
{
    const auto given = read(body, type);
    if (given) return "fine";
    const auto& p = given.error();
    return std::string(p.code) + (p.field.empty() ? "" : " ") + std::string(p.field);
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_body)

BOOST_AUTO_TEST_CASE(the_members_asked_for_come_in_that_order_and_others_do_not_matter)
{
    const auto given = read(R"({"admin": true, "password": "p\"w\u00e9", "email": "a@x", "id": [1, {}]})");
    BOOST_REQUIRE(given.has_value());
    BOOST_REQUIRE(given->size() == 2u);
    BOOST_TEST(given->at(0).view() == "a@x");
    BOOST_TEST(given->at(1).view() == "p\"w\xc3\xa9");
    for (const auto* type : {"application/json; charset=utf-8", "Application/JSON", "application/json ;x=y"})
        BOOST_TEST(outcome(R"({"email":"a","password":"b"})", type) == "fine", type);
}

BOOST_AUTO_TEST_CASE(only_json_is_read)
{
    const std::string_view good = R"({"email":"a","password":"b"})";
    for (const auto* type :
         {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp",
          "application/merge-patch+json", "json", "application/json,text/plain"})
        BOOST_TEST(outcome(good, type) == "unsupported_media_type", type);
    const auto r = api::answer(read(good, "text/plain").error());
    BOOST_TEST(static_cast<int>(r.status()) == 415);
    BOOST_TEST(r.header("Accept") == "application/json");
}

BOOST_AUTO_TEST_CASE(what_is_no_object_or_not_strict_is_refused)
{
    for (const auto* bad :
         {"", "{", "null", "[]", "\"x\"", "1", "{} {}", "{'email':1}", R"({"email":"a","email":"b","password":"c"})",
          R"({"email":"a","password":"b",})", R"({"email":"a","password":"b","x":1e400})",
          "{\"email\":\"\xff\",\"password\":\"b\"}", R"({"email":"\ud800","password":"b"})"})
        BOOST_TEST(outcome(bad) == "invalid_json", bad);
    BOOST_TEST(outcome(std::string(100'000, '[')) == "invalid_json");
    const auto r = api::answer(read("null").error());
    BOOST_TEST(static_cast<int>(r.status()) == 400);
    BOOST_TEST(r.body().find("\"field\"") == std::string_view::npos);
}

BOOST_AUTO_TEST_CASE(the_field_at_fault_is_named)
{
    BOOST_TEST(outcome("{}") == "missing_field email");
    BOOST_TEST(outcome(R"({"email":"a"})") == "missing_field password");
    BOOST_TEST(outcome(R"({"email":"","password":"b"})") == "missing_field email");
    for (const auto* value : {"1", "null", "true", "[]", "{}", R"(["a"])"})
        BOOST_TEST(outcome(R"({"email":"a","password":)" + std::string(value) + "}") == "invalid_type password", value);

    const auto missing = api::answer(read("{}").error());
    BOOST_TEST(static_cast<int>(missing.status()) == 400);
    BOOST_TEST(missing.body() ==
               "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,\"code\":\"missing_field\","
               "\"detail\":\"The field 'email' is missing or empty.\",\"field\":\"email\"}\n");
    const auto wrong = api::answer(read(R"({"email":1})").error());
    BOOST_TEST(wrong.body().find("The field 'email' must be text.") != std::string_view::npos);
}

BOOST_AUTO_TEST_CASE(a_flag_is_true_only_if_it_says_so)
{
    const auto flag_of = [](const std::string& more) {
        const auto body = R"({"email":"a","password":"b")" + more + "}";
        return api::read_texts_and_flag(request_of(body), {"email", "password"}, "cookies");
    };
    BOOST_TEST(flag_of(R"(,"cookies":true)")->flag);
    BOOST_TEST(flag_of(R"(,"cookies":true)")->texts.at(1).view() == "b");
    for (const auto* no : {"", R"(,"cookies":false)", R"(,"Cookies":true)", R"(,"x":true)"})
        BOOST_TEST(!flag_of(no)->flag, no);
    for (const auto* wrong : {"1", "0", "null", "\"true\"", "[true]", "{}"}) {
        const auto given = flag_of(R"(,"cookies":)" + std::string(wrong));
        BOOST_REQUIRE(!given);
        BOOST_TEST(given.error().code == "invalid_type");
        BOOST_TEST(given.error().field == "cookies");
        BOOST_TEST(api::answer(given.error()).body().find("The field 'cookies' must be true or false.") !=
                   std::string_view::npos);
    }
    BOOST_TEST(api::read_texts_and_flag(request_of("{}"), {"email"}, "cookies").error().code == "missing_field");
}

BOOST_AUTO_TEST_CASE(deep_json_is_refused_at_the_limit)
{
    const auto nested = [](std::size_t depth) {
        return R"({"t":"x","y":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    core::json_limits limits;
    limits.depth = 4;
    const auto reads = [&](std::size_t depth) {
        const auto body = nested(depth);
        return api::read_texts(request_of(body), {"t"}, limits).has_value();
    };
    BOOST_TEST(reads(3));
    BOOST_TEST(!reads(4));
}

BOOST_AUTO_TEST_SUITE_END()
