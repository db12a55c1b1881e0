#include "load/class_plan.hpp"
#include "load/class_rotation.hpp"

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
    BOOST_TEST(plan_class({}, c, "h:1").requests.at(0) ==
               "POST /login HTTP/1.1\r\nHost: h:1\r\nX-A:  1,2\r\nContent-Length: 3\r\n\r\na\\b");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_understood_is_refused)
{
    for (const auto* const flag : {"path", "colour=red", "weight=0", "weight=x", "expect=99", "expect=", "header=none",
                                   "path=/\r\nX: y", "header=a:b\r\nc:d", "method="})
        BOOST_CHECK_THROW(parse_class(flag), std::runtime_error);
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

BOOST_AUTO_TEST_CASE(a_class_that_was_passed_over_makes_up_for_it)
{
    class_rotation rotation({1, 1});
    for (int i = 0; i < 5; ++i) BOOST_TEST(rotation.next([](std::size_t k) { return k == 0; }).value() == 0u);
    BOOST_TEST(!rotation.next([](std::size_t) { return false; }).has_value());
    for (int i = 0; i < 5; ++i) BOOST_TEST(rotation.next() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
