#include "core/json.hpp"
#include "support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace watchword;
using core::parse_json;

BOOST_AUTO_TEST_SUITE(json)

BOOST_AUTO_TEST_CASE(the_json_test_suite_is_judged_as_its_names_say)
{
    // Two equal members are good JSON to the suite, and refused here: readers disagree on which of them counts.
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(test::shared_path("vectors/json/test_parsing"))) {
        const auto name = entry.path().filename().string();
        const auto parsed = parse_json(test::read_file(entry.path().string()));
        const bool duplicate = name.starts_with("y_object_duplicated_key");
        if (name.starts_with("y_")) BOOST_TEST(parsed.has_value() == !duplicate, name);
        if (name.starts_with("n_")) BOOST_TEST(!parsed.has_value(), name);
        ++count;
    }
    BOOST_TEST(count == 318u);
}

BOOST_AUTO_TEST_CASE(a_member_may_stand_only_once)
{
    BOOST_TEST(!parse_json(R"({"a":1,"a":1})").has_value());
    BOOST_TEST(!parse_json(R"({"x":[{"a":1,"b":2,"a":3}]})").has_value());
    BOOST_TEST(!parse_json(R"({"a":1,"\u0061":1})").has_value());
    BOOST_TEST(!parse_json("{\"" + std::string(5000, 'k') + "\":1,\"" + std::string(5000, 'k') + "\":1}").has_value());
    BOOST_TEST(parse_json(R"({"a":{"a":{"a":1}},"b":{"a":1},"A":1})").has_value());
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_members_are_read)
{
    std::string text = "{";
    for (int i = 0; i < 100'000; ++i) text += (i ? ",\"" : "\"") + std::to_string(i) + "\":0";
    BOOST_TEST(parse_json(text + "}").has_value());
    BOOST_TEST(!parse_json(text + ",\"0\":0}").has_value());
}

BOOST_AUTO_TEST_CASE(a_number_is_finite)
{
    for (const char* bad : {"1e400", "-1e400", "[1e999]", "NaN", "Infinity", "-Infinity"})
        BOOST_TEST(!parse_json(bad).has_value(), bad);
    BOOST_TEST(parse_json("1e308").value().as_double() == 1e308);
    BOOST_TEST(parse_json("18446744073709551615").value().as_uint64() == UINT64_MAX);
}

BOOST_AUTO_TEST_CASE(depth_and_comments_are_limited_to_what_is_asked_for)
{
    const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
    BOOST_TEST(parse_json(nested(32)).has_value());
    BOOST_TEST(!parse_json(nested(33)).has_value());
    BOOST_TEST(!parse_json(nested(100'000)).has_value());
    const char* commented = "// one\n{\"a\":1 /* two */}";
    BOOST_TEST(!parse_json(commented).has_value());
    core::json_limits lenient;
    lenient.allow_comments = true;
    BOOST_TEST(parse_json(commented, lenient).has_value());
}

BOOST_AUTO_TEST_CASE(secrets_are_read_as_everything_is)
{
    for (const std::string text :
         {R"({"a":"short","b":["\u0061 longer text that lies on the heap",1,-2.5,true,null,{"c":{}}]})", R"("text")",
          "7"})
        BOOST_TEST((core::parse_secret_json(text).value() == parse_json(text).value()));
    for (const char* bad : {"", "{", "[\"unfinished", R"({"a":1,"a":1})", "1e400", "[[]] x"})
        BOOST_TEST(!core::parse_secret_json(bad).has_value(), bad);
    BOOST_TEST(!core::parse_secret_json("[[]]", {.depth = 1}).has_value());
}

BOOST_AUTO_TEST_CASE(the_place_of_an_error_is_told)
{
    std::size_t offset = 0;
    BOOST_TEST(!parse_json("{\"a\":1,\n\"b\":x}", {}, &offset).has_value());
    BOOST_TEST(offset >= 8u);
    BOOST_TEST(offset <= 13u);
    core::json_limits lenient;
    lenient.allow_comments = true;
    for (const char* unfinished : {"//", "/*", "/", "1 //", "{}/*", "//\n"}) {
        parse_json(unfinished, lenient, &offset);
        BOOST_TEST(offset <= std::string_view(unfinished).size(), unfinished);
    }
    BOOST_TEST(!parse_json("1 2").has_value());
    BOOST_TEST(!parse_json("").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
