#include "accounts/breached_list.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using watchword::accounts::line_splitter;

// The lines of a text that arrives in pieces of that size.
std::vector<std::string> split(std::string_view all, std::size_t step)
{
    line_splitter lines([&](char* buffer, std::size_t size) {
        const auto taken = std::min({size, step, all.size()});
        std::copy_n(all.data(), taken, buffer);
        all.remove_prefix(taken);
        return taken;
    });
    std::vector<std::string> found;
    while (const auto line = lines.next()) found.emplace_back(*line);
    BOOST_TEST(lines.number() == found.size());
    return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(lists)

BOOST_AUTO_TEST_CASE(lines_are_the_same_however_they_arrive)
{
    std::string last;
    for (int i = 0; i < 500; ++i) last += std::to_string(i);
    const std::string text = "one\r\n\ntwo\r\r\n\rthree\n" + last;
    const std::vector<std::string> expected{"one", "", "two\r", "\rthree", last};
    for (const std::size_t step : {1u, 2u, 7u, 1000u, 1u << 20}) {
        BOOST_TEST((split(text, step) == expected), step);
        BOOST_TEST((split(text + "\n", step) == expected), step);
    }
    BOOST_TEST(split("", 1).empty());
    BOOST_TEST((split("\n\n", 1) == std::vector<std::string>{"", ""}));
}

BOOST_AUTO_TEST_CASE(of_an_endless_line_the_beginning_is_kept_and_the_next_is_whole)
{
    constexpr std::size_t kept = 64 * 1024;
    for (const std::size_t size : {kept, kept + 1, kept + 1000, 3 * (std::size_t(1) << 20) + 5}) {
        const std::string text = "a\n" + std::string(size, 'x') + "\nb\n" + std::string(size, 'y');
        for (const std::size_t step : {4096u, 1u << 20}) {
            const auto lines = split(text, step);
            BOOST_REQUIRE(lines.size() == 4u);
            BOOST_TEST(lines[0] == "a");
            BOOST_TEST((lines[1] == std::string(kept, 'x')));
            BOOST_TEST(lines[2] == "b");
            BOOST_TEST((lines[3] == std::string(kept, 'y')));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
