#include "load/options.hpp"
#include "load/plan.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace watchword::load;

namespace {

// Everything that is looked at before the first request.
plan planned(std::string_view text)
{
    options o;
    o.load = parse_scenario(text);
    check_scenario(o.load);
    return plan(o);
}

// Why it is refused; empty if it is not.
std::string refusal(std::string_view text)
{
    try {
        planned(text);
        return {};
    } catch (const std::runtime_error& e) {
        return e.what();
    }
}

struct wrong {
    std::string_view scenario, where, why;
};

void check_refused(const std::vector<wrong>& all)
{
    for (const auto& [text, where, why] : all) {
        const auto said = refusal(text);
        BOOST_TEST_CONTEXT(text << " -> " << said)
        {
            BOOST_TEST(said.find(where) != said.npos);
            BOOST_TEST(said.find(why) != said.npos);
        }
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(scenarios)

BOOST_AUTO_TEST_CASE(classes_are_read)
{
    const auto p = planned(R"({"classes": [
        {"name": "check", "weight": 9, "path": "/user", "headers": {"x-access-token": "t"}, "answer": "[]"},
        {"name": "login", "method": "POST", "path": "/login", "bodies": ["a=1", "a=22"], "expect": [201, 503]}]})");
    const auto& all = p.settings.load.classes;
    BOOST_REQUIRE(all.size() == 2u);
    BOOST_TEST(all[0].weight == 9u);
    BOOST_TEST(all[0].answer.value() == "[]");
    BOOST_TEST(all[1].expects(201));
    BOOST_TEST(p.classes[0].requests.at(0).ends_with("x-access-token: t\r\n\r\n"));
    BOOST_TEST(p.classes[1].requests.at(1).ends_with("Content-Length: 4\r\n\r\na=22"));
    BOOST_TEST(p.lanes.size() == 1u);
    BOOST_TEST(p.lanes[0].is_plain);
}

BOOST_AUTO_TEST_CASE(headers_come_in_turn)
{
    const auto p =
        planned(R"({"classes": [{"path": "/user", "headers": {"a": "1"}, "headers_in_turn": {"token": ["x", "y"]}}]})");
    const auto& bytes = p.classes[0].requests;
    BOOST_REQUIRE(bytes.size() == 2u);
    BOOST_TEST(bytes[0].starts_with("GET /user HTTP/1.1\r\nHost: "));
    BOOST_TEST(bytes[0].ends_with("\r\na: 1\r\ntoken: x\r\n\r\n"));
    BOOST_TEST(bytes[1].ends_with("\r\na: 1\r\ntoken: y\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(forms_and_json_are_encoded)
{
    const auto p = planned(R"({"classes": [{"name": "a", "form": {"e mail": "x&y@z", "s": "a b"}},
                                           {"name": "b", "json": {"a": ["q\"", 1]}}]})");
    BOOST_TEST(p.classes[0].requests.at(0).find("\r\nContent-Type: application/x-www-form-urlencoded\r\n") !=
               std::string::npos);
    BOOST_TEST(p.classes[0].requests.at(0).ends_with("Content-Length: 22\r\n\r\ne+mail=x%26y%40z&s=a+b"));
    BOOST_TEST(p.classes[1].requests.at(0).ends_with("Content-Length: 15\r\n\r\n{\"a\":[\"q\\\"\",1]}"));
}

BOOST_AUTO_TEST_CASE(classes_with_their_own_connections_have_their_own_pace)
{
    const auto p = planned(R"({"classes": [{"name": "a", "weight": 2}, {"name": "b"},
        {"name": "c", "connections": 5, "rate": 100}, {"name": "d", "connections": 3}]})");
    BOOST_REQUIRE(p.lanes.size() == 3u);
    BOOST_TEST(p.lanes[0].kinds.size() == 2u);
    BOOST_TEST(p.lanes[1].rate == 100);
    BOOST_TEST(p.lanes[2].rate == 0);
    BOOST_TEST(p.connections() == 64u + 5 + 3);
}

BOOST_AUTO_TEST_CASE(what_is_no_scenario_is_refused_and_the_place_is_named)
{
    check_refused({
        {"", "scenario", "not JSON"},
        {R"({"classes": [{}]} x)", "scenario", "not JSON"},
        {"[]", "it", "must be an object"},
        {"{}", "classes", "at least one"},
        {R"({"classes": []})", "classes", "at least one"},
        {R"({"classes": {}})", "classes", "must be an array"},
        {R"({"classes": [{}, 1]})", "classes[1]", "must be an object"},
        {R"({"classes": [{}], "rate": 1})", "rate", "is not known"},
        {R"({"classes": [{"colour": "red"}]})", "classes[0].colour", "is not known"},
        {R"({"classes": [{"header": "a:b"}]})", "classes[0].header", "is not known"},
        {R"({"classes": [{"path": 1}]})", "classes[0].path", "must be a string"},
        {R"({"classes": [{"weight": -1}]})", "classes[0].weight", "whole number"},
        {R"({"classes": [{"weight": 1.5}]})", "classes[0].weight", "whole number"},
        {R"({"classes": [{"rate": "fast"}]})", "classes[0].rate", "must be a number"},
        {R"({"classes": [{"starts": 1}]})", "classes[0].starts", "true or false"},
        {R"({"classes": [{"expect": []}]})", "classes[0].expect", "at least one"},
        {R"({"classes": [{"expect": [200, 99]}]})", "classes[0].expect[1]", "from 200 to 599"},
        {R"({"classes": [{"headers": {"a": 1}}]})", "classes[0].headers.a", "must be a string"},
        {R"({"classes": [{"headers_in_turn": ["a"]}]})", "classes[0].headers_in_turn", "must be an object"},
        {R"({"classes": [{"bodies": ["a", 2]}]})", "classes[0].bodies[1]", "must be a string"},
        {R"({"classes": [{"form": {"a": ["b"]}}]})", "classes[0].form.a", "must be a string"},
        {R"({"classes": [{"form": {"a": "b"}, "json": {}}]})", "classes[0].json", "second body"},
        {R"({"classes": [{"chain": "c", "keep": {"a": "b"}}]})", "classes[0].keep.a", "JSON pointer"},
        {R"({"classes": [{"chain": "c", "keep": {"a": "/b~2"}}]})", "classes[0].keep.a", "JSON pointer"},
        {R"({"classes": [{}], "chains": {"c": {"members": -1}}})", "chains.c.members", "whole number"},
        {R"({"classes": [{}], "chains": {"c": {"members": "many"}}})", "chains.c.members", "by connection"},
        {R"({"classes": [{}], "chains": {"c": {"size": 1}}})", "chains.c.size", "is not known"},
        {R"({"classes": [{}], "chains": {"c": {"values": {"a": []}}}})", "chains.c.values.a", "at least one"},
        {R"({"classes": [{}], "chains": {"c": {"values": {"a": "b\r\nc"}}}})", "chains.c.values.a", "one line"},
    });
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_together_is_refused)
{
    check_refused({
        {R"({"classes": [{"headers_in_turn": {"a": ["b\r\n"]}}]})", "'request'", "one line"},
        {R"({"classes": [{"headers_in_turn": {"a": ["b"]}, "bodies": ["c"]}]})", "'request'", "not both"},
        {R"({"classes": [{"rate": 5}]})", "'request'", "connections of its own"},
        {R"({"classes": [{"keep": {"a": "/b"}}]})", "'request'", "of a chain"},
        {R"({"classes": [{"name": "a"}, {"name": "a"}]})", "'a'", "two classes"},
        {R"({"classes": [{"weight": 0}]})", "'request'", "never sent"},
        {R"({"classes": [{"path": "/${x}"}]})", "'request'", "no value 'x'"},
        {R"({"classes": [{"path": "/${x"}]})", "'request'", "no '}'"},
        {R"({"classes": [{"ledger": "${x}"}]})", "'request'", "no value 'x'"},
        {R"({"classes": [{"chain": "c"}]})", "'request'", "no chain 'c'"},
        {R"({"classes": [{"chain": "c"}], "chains": {"c": {}}})", "'c'", "no members"},
        {R"({"classes": [{}], "chains": {"c": {"members": 1, "prepare": ["x"]}}})", "'c'", "no class"},
        {R"({"classes": [{}], "chains": {"c": {"members": 1, "prepare": ["request"]}}})", "'c'", "not of this chain"},
        {R"({"classes": [{}], "chains": {"c": {"members": 1, "values": {"a": "${b}"}}}})", "'c'", "no value 'b'"},
        {R"({"classes": [{"chain": "c", "path": "/${t}", "keep": {"t": "/t"}}],
             "chains": {"c": {"members": 1, "prepare": ["request"]}}})",
         "'c'", "too early"},
        {R"({"classes": [{"chain": "c", "starts": true, "path": "/${t}", "keep": {"t": "/t"}}], "chains": {"c": {}}})",
         "'c'", "only later"},
        {R"({"classes": [{"chain": "c", "connections": 2}], "chains": {"c": {"members": "by connection"}}})", "'c'",
         "connections of its own"},
    });
}

BOOST_AUTO_TEST_SUITE_END()
