#include "flags/flags.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace watchword;

namespace {

struct given {
    bool loud = false;
    std::string size;
    flags::command_line line;
};

given read(const std::vector<std::string_view>& arguments)
{
    given g;
    g.line = flags::read(arguments, {{"--loud", &g.loud}}, [&](std::string_view flag, std::string_view value) {
        if (flag == "--size") g.size = value;
        return flag == "--size";
    });
    return g;
}

} // namespace

BOOST_AUTO_TEST_SUITE(command_line_flags)

BOOST_AUTO_TEST_CASE(flags_switches_and_the_target_come_in_any_order)
{
    const auto g = read({"--size", "--loud", "here", "--loud"});
    BOOST_TEST(g.size == "--loud"); // a value is a value
    BOOST_TEST(g.loud);
    BOOST_TEST(g.line.target.value() == "here");
    BOOST_TEST(!g.line.help);
    BOOST_TEST(!read({}).line.target.has_value());
}

BOOST_AUTO_TEST_CASE(nothing_after_help_is_looked_at)
{
    BOOST_TEST(read({"--help", "--nonsense"}).line.help);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_understood_is_refused)
{
    for (const auto& arguments : std::vector<std::vector<std::string_view>>{
             {"--size"}, {"--colour", "red"}, {"here", "there"}, {"--loud=1", "x"}})
        BOOST_CHECK_THROW(read(arguments), std::runtime_error);
    for (const auto* const text : {"", "x", "1x", " 1", "0", "11", "-1", "99999999999999999999"})
        BOOST_CHECK_THROW(flags::to_number<std::uint64_t>("--size", text, 1, 10), std::runtime_error);
    BOOST_TEST(flags::to_number<std::uint64_t>("--size", "10", 1, 10) == 10u);
}

BOOST_AUTO_TEST_SUITE_END()
