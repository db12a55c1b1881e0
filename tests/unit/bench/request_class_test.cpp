#include "load/class_rotation.hpp"
#include "load/request_class.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace watchword::load;

BOOST_AUTO_TEST_SUITE(request_classes)

BOOST_AUTO_TEST_CASE(a_flag_is_read)
{
    const auto c =
        parse_class(R"(name=login,weight=3,method=POST,path=/login,header=X-A: 1\,2,body=a\\b,expect=201|503)");
    BOOST_TEST(c.name == "login");
    BOOST_TEST(c.weight == 3u);
    BOOST_TEST(c.expects(503));
    BOOST_TEST(!c.expects(200));
    BOOST_TEST(to_bytes(c, "h:1").at(0) ==
               "POST /login HTTP/1.1\r\nHost: h:1\r\nX-A:  1,2\r\nContent-Length: 3\r\n\r\na\\b");
}

BOOST_AUTO_TEST_CASE(a_scenario_is_read)
{
    const auto all = parse_scenario(R"({"classes": [
        {"name": "check", "weight": 9, "path": "/user", "headers": {"x-access-token": "t"}, "answer": "[]"},
        {"name": "login", "method": "POST", "path": "/login", "bodies": ["a=1", "a=22"], "expect": [201, 503]}]})");
    BOOST_REQUIRE(all.size() == 2u);
    BOOST_TEST(all[0].weight == 9u);
    BOOST_TEST(all[0].answer.value() == "[]");
    BOOST_TEST(to_bytes(all[0], "h").at(0) == "GET /user HTTP/1.1\r\nHost: h\r\nx-access-token: t\r\n\r\n");
    BOOST_TEST(to_bytes(all[1], "h").at(1).ends_with("Content-Length: 4\r\n\r\na=22"));
    BOOST_TEST(all[1].expects(201));
}

BOOST_AUTO_TEST_CASE(headers_come_in_turn)
{
    const auto all = parse_scenario(
        R"({"classes": [{"path": "/user", "headers": {"a": "1"}, "headers_in_turn": {"token": ["x", "y"]}}]})");
    const auto bytes = to_bytes(all[0], "h");
    BOOST_REQUIRE(bytes.size() == 2u);
    BOOST_TEST(bytes[0] == "GET /user HTTP/1.1\r\nHost: h\r\na: 1\r\ntoken: x\r\n\r\n");
    BOOST_TEST(bytes[1] == "GET /user HTTP/1.1\r\nHost: h\r\na: 1\r\ntoken: y\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_understood_is_refused)
{
    for (const auto* const flag : {"path", "colour=red", "weight=0", "weight=x", "expect=99", "expect=", "header=none",
                                   "path=/\r\nX: y", "header=a:b\r\nc:d", "method="})
        BOOST_CHECK_THROW(parse_class(flag), std::runtime_error);
    for (const auto* const text :
         {"", "[]", "{}", R"({"classes": []})", R"({"classes": {}})", R"({"classes": [1]})",
          R"({"classes": [{"colour": "red"}]})", R"({"classes": [{"path": 1}]})", R"({"classes": [{"expect": []}]})",
          R"({"classes": [{"headers_in_turn": {"a": ["b\r\n"]}}]})", R"({"classes": [{"headers_in_turn": ["a"]}]})",
          R"({"classes": [{"headers_in_turn": {"a": ["b"]}, "bodies": ["c"]}]})", R"({"classes": [{"header": "a:b"}]})",
          R"({"classes": [{}], "rate": 1})"})
        BOOST_CHECK_THROW(parse_scenario(text), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(classes_come_as_often_as_they_weigh)
{
    class_rotation rotation({5, 1, 3});
    for (int round = 0; round < 3; ++round) {
        std::vector<int> count(3);
        for (int i = 0; i < 9; ++i) ++count[rotation.next()];
        BOOST_TEST((count == std::vector<int>{5, 1, 3}));
    }
}

BOOST_AUTO_TEST_SUITE_END()
