// What README.md shows, run as it is written.
#include "e2e_fixture.hpp"
#include "support/paths.hpp"
#include "support/transcript.hpp"
#include "support/vectors.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword::test;

const std::string shown_address = "127.0.0.1:5000";

std::string replace_all(std::string text, const std::string& from, const std::string& to)
{
    for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
        text.replace(at, from.size(), to);
    return text;
}

// Without what ends lines in HTTP, and what is blank at the end.
std::string tidy(std::string text)
{
    text = replace_all(std::move(text), "\r", "");
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(readme, running_server)

BOOST_AUTO_TEST_CASE(the_api_by_example)
{
    auto all = shown_commands(read_file(source_file("README.md")), "## The API by example");
    BOOST_TEST(all.size() >= 12u);
    for (auto& each : all) each.command = replace_all(each.command, shown_address, server.address());
    const auto outputs = run_in_one_shell(all);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto shown = tidy(all[i].output), printed = tidy(outputs[i]);
        BOOST_TEST(matches(shown, printed), all[i].command << "\nshown: " << shown << "\nprinted: " << printed);
    }
}

BOOST_AUTO_TEST_SUITE_END()
