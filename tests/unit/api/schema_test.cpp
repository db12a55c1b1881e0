#include "api/schema.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace watchword;

namespace {

api::schema user()
{
    return api::object_of({{"email", api::text(1, 5)},
                           {"age", api::integer(0, 150), false},
                           {"name", api::text().or_null(), false},
                           {"roles", api::list_of(api::text(1), 2), false},
                           {"kind", api::one_of({"a", "b"}), false},
                           {"metadata", api::open_object(), false}});
}

// "pointer code", with commas between.
std::string judged(const std::string& text)
{
    std::string all;
    for (const auto& each : api::judge(user(), boost::json::parse(text)))
        all += (all.empty() ? "" : ", ") + each.pointer + " " + std::string(each.code);
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(schema)

BOOST_AUTO_TEST_CASE(what_is_described_is_accepted)
{
    BOOST_TEST(judged(R"({"email":"a@b"})") == "");
    BOOST_TEST(judged(R"({"email":"ž@b.c","age":150,"name":null,"roles":["x","y"],"kind":"b","metadata":{"x":[1]}})") ==
               "");
}

BOOST_AUTO_TEST_CASE(every_fault_is_named_by_its_pointer)
{
    BOOST_TEST(judged("{}") == "/email missing_field");
    BOOST_TEST(judged(R"({"email":""})") == "/email missing_field");
    BOOST_TEST(judged(R"({"email":null})") == "/email invalid_type");
    BOOST_TEST(judged(R"({"email":"123456"})") == "/email invalid_value");
    BOOST_TEST(judged(R"({"email":"a","age":-1,"roles":["x",1],"kind":"c"})") ==
               "/age invalid_value, /roles/1 invalid_type, /kind invalid_value");
    BOOST_TEST(judged(R"({"email":"a","age":1.5})") == "/age invalid_type");
    BOOST_TEST(judged(R"({"email":"a","age":18446744073709551615})") == "/age invalid_type");
    BOOST_TEST(judged(R"({"email":"a","roles":["x","y","z"]})") == "/roles invalid_value");
    BOOST_TEST(judged(R"({"email":"a\u0000b"})") == "/email invalid_value");
    BOOST_TEST(judged("[]") == " invalid_type");
}

BOOST_AUTO_TEST_CASE(an_address_has_something_on_both_sides_and_no_blanks)
{
    const auto address = api::text(1, 64, "email");
    for (const auto* good : {"a@b", "ž@b.c", R"(\"a@b\"@c.d)", "a@[127.0.0.1]"})
        BOOST_TEST(api::judge(address, boost::json::parse('"' + std::string(good) + '"')).empty(), good);
    for (const auto* bad : {"a", "@", "a@", "@b", " a@b", R"(a@b\r\nX: 1@c)", "a b@c", R"(a@b\t)", R"(a\u007f@b)"})
        BOOST_TEST(api::judge(address, boost::json::parse('"' + std::string(bad) + '"')).size() == 1u, bad);
}

BOOST_AUTO_TEST_CASE(members_that_nobody_described_are_refused_with_an_escaped_pointer)
{
    BOOST_TEST(judged(R"({"email":"a","a/b~c":1})") == "/a~1b~0c unknown_field");
    // Of a long name only the beginning is told, and no broken character.
    std::string name;
    for (int i = 0; i < 60; ++i) name += "ž";
    const auto found = api::judge(user(), boost::json::parse(R"({"email":"a",")" + name + R"(":1})"));
    BOOST_REQUIRE(found.size() == 1u);
    BOOST_TEST(found[0].pointer == "/" + name.substr(0, 100));
}

BOOST_AUTO_TEST_CASE(no_more_faults_are_told_than_the_bound)
{
    std::string text = R"({"email":"a")";
    for (int i = 0; i < 100; ++i) text += ",\"" + std::to_string(i) + "\":1";
    BOOST_TEST(api::judge(user(), boost::json::parse(text + "}")).size() == api::most_errors);
}

BOOST_AUTO_TEST_CASE(parameters_are_text_that_stands_for_a_value)
{
    const auto is_good = [](const api::schema& s, std::string_view text) {
        return api::judge_parameter(s, "p", text).empty();
    };
    BOOST_TEST(is_good(api::integer(1, 200), "200"));
    for (const auto* const text : {"0", "201", "", "1x", "+1", " 1", "99999999999999999999"})
        BOOST_TEST(!is_good(api::integer(1, 200), text), text);
    BOOST_TEST(is_good(api::boolean(), "true"));
    BOOST_TEST(!is_good(api::boolean(), "1"));
    BOOST_TEST(is_good(api::text(0, 3), ""));
    BOOST_TEST(!is_good(api::text(0, 3), "abcd"));
}

BOOST_AUTO_TEST_CASE(it_is_described_as_json_schema)
{
    boost::json::object components;
    const auto shown = api::describe(api::named("User", user()), components);
    BOOST_TEST(boost::json::serialize(shown) == R"({"$ref":"#/components/schemas/User"})");
    const auto& described = components.at("User").as_object();
    BOOST_TEST(boost::json::serialize(described.at("required")) == R"(["email"])");
    BOOST_TEST(described.at("additionalProperties").as_bool() == false);
    const auto& properties = described.at("properties").as_object();
    BOOST_TEST(boost::json::serialize(properties.at("email")) == R"({"type":"string","minLength":1,"maxLength":5})");
    BOOST_TEST(boost::json::serialize(properties.at("name")) == R"({"type":["string","null"]})");
    BOOST_TEST(boost::json::serialize(properties.at("kind")) == R"({"type":"string","enum":["a","b"]})");
    BOOST_TEST(boost::json::serialize(properties.at("roles")) ==
               R"({"type":"array","items":{"type":"string","minLength":1},"maxItems":2})");
}

BOOST_AUTO_TEST_SUITE_END()
