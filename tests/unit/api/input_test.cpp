#include "api/input.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

using namespace watchword;

namespace {

api::operation signing_in()
{
    api::operation o;
    o.id = "test";
    o.body = api::object_of({{"email", api::text(1)}, {"password", api::text(1)}, {"cookies", api::boolean(), false}});
    o.query = {{"limit", api::integer(1, 200), ""}, {"search", api::text(0, 10), ""}};
    return o;
}

http::request request_of(std::string_view body, std::string_view type = "application/json")
{
    http::request q;
    q.method = http::method::post;
    q.body = body;
    if (!type.empty()) q.headers = {{"Content-Type", type}};
    return q;
}

// "status code field" of the problem that is answered; empty: it was read.
std::string outcome(const http::request& q, core::json_limits limits = {})
{
    const auto body = api::read_body(q, signing_in(), limits);
    if (body) return {};
    const auto problem = boost::json::parse(std::string(body.error().body())).as_object();
    auto text = std::to_string(static_cast<int>(body.error().status())) + " " +
                std::string(problem.at("code").as_string().c_str());
    if (const auto* const field = problem.if_contains("field")) text += " " + std::string(field->as_string().c_str());
    return text;
}

std::string query_outcome(std::string_view query)
{
    http::request q;
    q.query = query;
    const auto values = api::read_query(q, signing_in());
    if (values) return "limit " + std::to_string(values->integer("limit").value_or(0));
    const auto problem = boost::json::parse(std::string(values.error().body())).as_object();
    return problem.at("code").as_string().c_str();
}

} // namespace

BOOST_AUTO_TEST_SUITE(input)

BOOST_AUTO_TEST_CASE(a_body_is_read_as_it_is_declared)
{
    const auto body = api::read_body(request_of(R"({"password":"p","email":"e"})"), signing_in());
    BOOST_REQUIRE(body.has_value());
    BOOST_TEST(api::text_in(*body, "email").value() == "e");
    BOOST_TEST(api::secret_in(*body, "password").view() == "p");
    BOOST_TEST(!api::flag_in(*body, "cookies").has_value());
    BOOST_TEST(api::secret_in(*body, "nothing").empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_json_object_is_refused)
{
    for (const auto* const type : {"", "text/plain", "application/json5", "application/x-www-form-urlencoded"})
        BOOST_TEST(outcome(request_of(R"({"email":"e","password":"p"})", type)) == "415 unsupported_media_type", type);
    BOOST_TEST(outcome(request_of(R"({"email":"e","password":"p"})", "application/json; charset=utf-8")) == "");
    for (const auto* const body : {"", "{", "[]", "null", "\"x\"", R"({"email":"e","email":"e","password":"p"})",
                                   "{\"email\":\"\xFF\",\"password\":\"p\"}"})
        BOOST_TEST(outcome(request_of(body)) == "400 invalid_json", body);
    BOOST_TEST(outcome(request_of(std::string(100'000, '['))) == "400 invalid_json");
    BOOST_TEST(outcome(request_of(R"({"email":[[[]]],"password":"p"})"), {3}) == "400 invalid_json");
}

BOOST_AUTO_TEST_CASE(all_faults_are_told_and_the_first_one_names_the_problem)
{
    BOOST_TEST(outcome(request_of("{}")) == "400 missing_field email");
    BOOST_TEST(outcome(request_of(R"({"email":"e","password":1})")) == "400 invalid_type password");
    BOOST_TEST(outcome(request_of(R"({"email":"e","password":"p","cookies":"yes"})")) == "400 invalid_type cookies");
    const auto refused = api::read_body(request_of(R"({"password":1,"x":2})"), signing_in());
    BOOST_REQUIRE(refused.has_error());
    const auto problem = boost::json::parse(std::string(refused.error().body())).as_object();
    const auto& errors = problem.at("errors").as_array();
    BOOST_REQUIRE(errors.size() == 3u);
    BOOST_TEST(std::string(errors[0].at("pointer").as_string().c_str()) == "/email");
    BOOST_TEST(std::string(errors[1].at("pointer").as_string().c_str()) == "/password");
    BOOST_TEST(std::string(errors[2].at("code").as_string().c_str()) == "unknown_field");
    BOOST_TEST(refused.error().content_type() == "application/problem+json");
}

BOOST_AUTO_TEST_CASE(a_query_is_read_as_it_is_declared)
{
    BOOST_TEST(query_outcome("") == "limit 0");
    BOOST_TEST(query_outcome("limit=7&search=a+b") == "limit 7");
    BOOST_TEST(query_outcome("limit=0") == "invalid_value");
    BOOST_TEST(query_outcome("limit=x") == "invalid_type");
    BOOST_TEST(query_outcome("limit=1&limit=2") == "repeated_parameter");
    BOOST_TEST(query_outcome("limitt=1") == "unknown_parameter");
    BOOST_TEST(query_outcome("search=12345678901") == "invalid_value");
}

BOOST_AUTO_TEST_SUITE_END()
