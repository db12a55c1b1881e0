// How tests read what documents show.
#include "support/temporary_directory.hpp"
#include "support/transcript.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace {

using namespace watchword::test;

constexpr std::string_view document =
    "# A\n```console\n$ no\n```\n## B\n```console\n$ one \\\n    two\nout…\n$ three\n```\n"
    "```sh\n$ no\n```\n### C\n```console\n# $ no\n$ four\n# more\n```\n## D\n"
    "```console\n$ no\n```\n";

} // namespace

BOOST_AUTO_TEST_SUITE(transcript)

BOOST_AUTO_TEST_CASE(commands_and_what_they_print_are_found_below_their_heading)
{
    const auto all = shown_commands(document, "## B");
    BOOST_REQUIRE(all.size() == 3u);
    BOOST_TEST(all[0].command == "one \\\n    two");
    BOOST_TEST(all[0].output == "out…\n");
    BOOST_TEST(all[1].command == "three");
    BOOST_TEST(all[1].output == "# $ no\n");
    BOOST_TEST(all[2].command == "four");
    BOOST_TEST(all[2].output == "# more\n");
    BOOST_CHECK_THROW(shown_commands(document, "## none"), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(dots_stand_for_anything)
{
    BOOST_TEST(matches("a…c…", "abcd"));
    BOOST_TEST(matches("a…c", "ac"));
    BOOST_TEST(matches("…", ""));
    BOOST_TEST(!matches("a…c", "abcd"));
    BOOST_TEST(!matches("a…b…c", "acb"));
    BOOST_TEST(!matches("ab", "abc"));
}

BOOST_AUTO_TEST_CASE(one_shell_runs_them_all)
{
    const temporary_directory directory;
    const auto place = directory.path().string();
    const auto outputs = run_in_one_shell({{"x=1; echo $x", {}}, {"printf 2", {}}, {"echo $x \\\n 3", {}}}, place);
    BOOST_REQUIRE(outputs.size() == 3u);
    BOOST_TEST(outputs[0] == "1\n");
    BOOST_TEST(outputs[1] == "2");
    BOOST_TEST(outputs[2] == "1 3\n");
    const auto differences =
        find_differences({{"pwd", place}, {"echo a\r", "b\n"}, {"printf x", "…"}}, place, {{"a", "c"}});
    BOOST_REQUIRE(differences.size() == 1u);
    BOOST_TEST(differences[0] == "echo c\r\nshown: b\nprinted: c\n");
    BOOST_CHECK_THROW(run_in_one_shell({{"exit 1", {}}, {"echo", {}}}, place), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
