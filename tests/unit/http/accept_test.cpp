#include "http/accept.hpp"
#include "http/list_elements.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

using namespace watchword;

bool accepts(std::vector<std::string_view> values, std::string_view type = "application/json")
{
    http::request q;
    q.headers.push_back({"Host", "text/html"});
    for (const auto value : values) q.headers.push_back({"accept", value});
    return http::accepts(q, type);
}

std::vector<std::string> elements(std::string_view list)
{
    std::vector<std::string> all;
    while (!list.empty()) all.emplace_back(http::take_element(list));
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(accept_field)

BOOST_AUTO_TEST_CASE(what_is_named_or_covered_may_be_sent)
{
    BOOST_TEST(accepts({}));
    for (const auto* value :
         {"application/json", "Application/JSON", "*/*", "application/*", "text/html, application/json;q=0.1",
          "text/html;q=0, */*;q=0.001", "application/json;charset=UTF-8",
          "application/json; charset=\"utf-8\"; q=1.000", ",,application/json,",
          "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
          "application/json;version=2;q=0, */*", "*/*;q=0, application/json",
          "application/*;q=0, application/json;q=0.5", "text/plain;x=\"a,b;q=0,*/*;q=0\", application/json",
          "application/json;q=0, application/json"})
        BOOST_TEST(accepts({value}), value);
    BOOST_TEST(accepts({"text/html", "application/json"}));
    BOOST_TEST(accepts({"text/*"}, "text/html"));
}

BOOST_AUTO_TEST_CASE(nothing_else)
{
    for (const auto* value : {"text/html", "application/json;q=0", "application/json;q=0.000",
                              "*/*, application/json;q=0", "*/*;q=0.5, application/*;q=0", "application/problem+json",
                              "application/jsonx", "application/jso", "application/json;version=2", "*/*;q=0", "text/*",
                              "image/png, x", "application/json;charset=latin1", "text/plain;x=\", application/json\""})
        BOOST_TEST(!accepts({value}), value);
    BOOST_TEST(!accepts({"application/json;q=0", "*/*"}));
    BOOST_TEST(!accepts({"application/json"}, "application/problem+json"));
}

// Old Java clients send "*; q=.2".
BOOST_AUTO_TEST_CASE(what_is_malformed_is_passed_over)
{
    for (const auto* value : {"", "*", "json", "application/json;q=2", "text/html;q=x", "a/b;c", "\"",
                              "text/html;q=0;q=1", ",", "a/b;q=1.0000"})
        BOOST_TEST(accepts({value}), value);
    BOOST_TEST(!accepts({"*; q=.2, text/html"}));
    BOOST_TEST(accepts({"*; q=.2, */*; q=0.2"}));
}

BOOST_AUTO_TEST_CASE(a_refusal_says_so)
{
    const auto r = http::not_acceptable();
    BOOST_TEST(static_cast<int>(r.status()) == 406);
    BOOST_TEST(r.body().find("\"not_acceptable\"") != std::string_view::npos);
}

BOOST_AUTO_TEST_CASE(commas_in_quotes_separate_nothing)
{
    using texts = std::vector<std::string>;
    BOOST_TEST((elements("a, b\t,c") == texts{"a", "b", "c"}));
    BOOST_TEST((elements(",a") == texts{"", "a"}));
    BOOST_TEST((elements("a=\"x,\\\",y\", b") == texts{"a=\"x,\\\",y\"", "b"}));
    BOOST_TEST((elements("a\\,b") == texts{"a\\", "b"}));
    BOOST_TEST((elements("\"a,b") == texts{"\"a,b"}));
    BOOST_TEST((elements("\"a\\") == texts{"\"a\\"}));
}

BOOST_AUTO_TEST_SUITE_END()
