// What README.md shows of the API, run as it is written. (Behind nginx: proxies_test.cpp.)
#include "printed_token.hpp"
#include "support/paths.hpp"
#include "support/transcript.hpp"
#include "support/vectors.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword::test;

} // namespace

BOOST_AUTO_TEST_SUITE(readme)

BOOST_AUTO_TEST_CASE(the_api_by_example)
{
    const temporary_directory directory;
    const server_process server(directory.path(), {"--set", "sessions.cookies=true"});
    const auto token = printed_token(server);
    const auto all = shown_commands(read_file(source_file("README.md")), "## The API by example");
    BOOST_TEST(all.size() >= 20u);
    for (const auto& difference : find_differences(
             all, directory.path().string(), {{"127.0.0.1:5000", server.address()}, {"TOKEN-OF-THE-LINK", token}}))
        BOOST_ERROR(difference);
}

BOOST_AUTO_TEST_SUITE_END()
