#include "http/trace_context.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

using namespace watchword;

// How many entries; -1: it is refused.
int entries(std::string_view text)
{
    const auto all = http::parse_tracestate(text);
    return all ? static_cast<int>(all->size()) : -1;
}

std::string many(int count)
{
    std::string all;
    for (int i = 0; i < count; ++i) all += (i == 0 ? "k" : ",k") + std::to_string(i) + "=1";
    return all;
}

constexpr std::string_view trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"; // the standard's example
constexpr std::string_view trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";

} // namespace

BOOST_AUTO_TEST_SUITE(trace_context)

BOOST_AUTO_TEST_CASE(a_trace_context_is_read_by_the_standard)
{
    const auto c = http::parse_traceparent(trace);
    BOOST_REQUIRE(c.has_value());
    BOOST_TEST(c->trace_id == trace_id);
    BOOST_TEST(c->parent_id == "00f067aa0ba902b7");
    BOOST_TEST(int(c->flags) == 1);
    BOOST_TEST(int(http::parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff")->flags) == 255);

    const std::string rest = "-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    for (const std::string& later : {"01" + rest, "cc" + rest + "-what-the-future-brings", "01" + rest + "-"})
        BOOST_TEST(http::parse_traceparent(later).has_value(), later);

    const std::vector<std::string> malformed{"ff" + rest,
                                             "00" + rest + "-more",
                                             "00" + rest + " ",
                                             "01" + rest + "more",
                                             "0" + rest,
                                             "0g" + rest,
                                             "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                                             "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                                             "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                                             "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
                                             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
                                             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
                                             "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
                                             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902bz-01",
                                             "",
                                             std::string(10'000, '0')};
    for (const auto& bad : malformed) BOOST_TEST(!http::parse_traceparent(bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(the_standards_examples_of_trace_state_are_read)
{
    const auto all = http::parse_tracestate("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
    BOOST_REQUIRE(all.has_value());
    BOOST_REQUIRE(all->size() == 2u);
    BOOST_TEST(all->at(0).first == "rojo");
    BOOST_TEST(all->at(0).second == "00f067aa0ba902b7");
    BOOST_TEST(all->at(1).first == "congo");
    BOOST_TEST(all->at(1).second == "t61rcWkgMzE");
    BOOST_TEST(entries("fw529a3039@dt=FfUEh2p4DBE7vI2S,congo=ucfJifl5GOE") == 2);
}

BOOST_AUTO_TEST_CASE(entries_may_be_empty_and_have_white_space_around_them)
{
    BOOST_TEST(entries("") == 0);
    BOOST_TEST(entries(",,,") == 0);
    BOOST_TEST(entries(" a=1 ,\tb=2\t, ,c=3,") == 3);
    BOOST_TEST(http::parse_tracestate("a= 1")->at(0).second == " 1");
    BOOST_TEST(http::parse_tracestate("a=1 2")->at(0).second == "1 2");
}

BOOST_AUTO_TEST_CASE(keys_are_as_the_standard_has_them)
{
    for (const auto* good : {"a=1", "a0_-*/=1", "0a@b=1", "a@b=1", "tenant-1@system/2=1"})
        BOOST_TEST(entries(good) == 1, good);
    for (const auto* bad : {"A=1", "0a=1", "_a=1", "=1", "a", "a@=1", "@b=1", "a@0b=1", "a@b@c=1", "a.b=1", "a =1",
                            "\xc3\xa4=1", "a\x01=1", "a@B=1"})
        BOOST_TEST(entries(bad) == -1, bad);
    BOOST_TEST(entries(std::string(256, 'a') + "=1") == 1);
    BOOST_TEST(entries(std::string(257, 'a') + "=1") == -1);
    BOOST_TEST(entries(std::string(241, 'a') + "@" + std::string(14, 'b') + "=1") == 1);
    BOOST_TEST(entries(std::string(242, 'a') + "@" + std::string(14, 'b') + "=1") == -1);
    BOOST_TEST(entries(std::string(241, 'a') + "@" + std::string(15, 'b') + "=1") == -1);
}

BOOST_AUTO_TEST_CASE(values_are_printable_and_not_too_long)
{
    BOOST_TEST(entries("a=" + std::string(256, '~')) == 1);
    BOOST_TEST(entries("a=" + std::string(257, '~')) == -1);
    for (const auto* bad : {"a=", "a=b=c", "a=\x7f",
                            "a=\x1f"
                            "b",
                            "a=\xc3\xa4", "a=b\tc"})
        BOOST_TEST(entries(bad) == -1, bad);
    BOOST_TEST(entries(std::string("a=b\0c", 5)) == -1);
}

BOOST_AUTO_TEST_CASE(a_key_comes_once_and_there_are_32_at_most)
{
    BOOST_TEST(entries("a=1,b=2,a=3") == -1);
    BOOST_TEST(entries(many(32)) == 32);
    BOOST_TEST(entries(many(32) + ",,,") == 32);
    BOOST_TEST(entries(many(33)) == -1);
}

BOOST_AUTO_TEST_SUITE_END()
