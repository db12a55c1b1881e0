// The recorded behaviour of the tutorial's server (contract.json) against ours, by check.py. Its cases count one by
// one: its last line stands on the standard output of this program, where tests/count.py adds it up.
#include "support/paths.hpp"
#include "support/postgres_server.hpp"
#include "support/server_process.hpp"
#include "support/temporary_directory.hpp"
#include "support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <iostream>
#include <regex>

namespace {

using namespace watchword::test;

constexpr int recorded_cases = 310, adopted_cases = 129;

// Runs the checker and requires that all of at least `least` cases pass.
void check(const server_process& server, std::vector<std::string> options, int least)
{
    options.insert(options.begin(), {"python3", source_file("tests/contract/check.py"), "http://" + server.address()});
    const auto done = run_program(options, {}, std::chrono::seconds(240));
    std::cout << done.output << std::flush;
    std::smatch verdict;
    BOOST_REQUIRE_MESSAGE(std::regex_search(done.output, verdict, std::regex("(\\d+) passed, (\\d+) failed\\n$")),
                          done.output << done.errors);
    BOOST_TEST(verdict[2] == "0");
    BOOST_TEST(std::stoi(verdict[1]) >= least);
    BOOST_TEST(done.exit_code == 0);
}

} // namespace

BOOST_AUTO_TEST_SUITE(contract)

BOOST_AUTO_TEST_CASE(every_recorded_case_is_answered_as_the_tutorial_does_or_better)
{
    const temporary_directory directory;
    const std::string secret = "the secret of the contract run, 40 bytes";
    write_file(directory / "secret", secret + "\n");
    // With all limits at their defaults: they let this many cases from one address through.
    server_process server(directory.path(), {"--secret-file", directory / "secret", "--set", "limits.enabled=true"});
    check(server, {"--secret", secret, "--improve"}, recorded_cases);
    BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(every_recorded_case_is_answered_so_on_postgresql_too)
{
    const postgres_server postgres;
    const temporary_directory directory;
    const std::string secret = "the secret of the contract run, 40 bytes";
    write_file(directory / "secret", secret + "\n");
    server_process server(directory.path(), {"--secret-file", directory / "secret", "--database", postgres.url()});
    check(server, {"--secret", secret, "--improve"}, recorded_cases);
    BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_CASE(every_user_of_an_adopted_database_gets_the_answer_they_should)
{
    const temporary_directory directory;
    write_file(directory / "watchword.db", read_file(shared_path("flask-db/Database.db")));
    server_process server(directory.path());
    check(server, {"--adopt", shared_path("flask-db/users.json")}, adopted_cases);
    BOOST_TEST(server.stop() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
