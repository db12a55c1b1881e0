#include "load/options.hpp"
#include "load/plan.hpp"
#include "load/schedule.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace watchword::load;

BOOST_AUTO_TEST_SUITE(load_options)

BOOST_AUTO_TEST_CASE(only_this_machine_may_be_loaded)
{
    for (const auto* const target : {"127.0.0.1:80", "127.0.0.9:80", "localhost:80", "http://127.0.0.1:80/"})
        BOOST_CHECK_NO_THROW(parse_options({target}));
    for (const auto* const target : {"10.0.0.1:80", "128.0.0.1:80", "0.0.0.0:80", "example.com:80", "[::1]:80",
                                     "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:80/x", "127.1:80", ""})
        BOOST_CHECK_THROW(parse_options({target}), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(what_does_not_go_together_is_refused)
{
    const std::vector<std::vector<std::string_view>> all{
        {"--colour", "red"},
        {"--rate"},
        {"--rate", "-1"},
        {"--rate", "nan"},
        {"--connections", "0"},
        {"--connections", "0", "--idle", "5", "--rate", "5"},
        {"--connections", "2", "--threads", "3"},
        {"--rate", "5", "--pipeline", "2"},
        {"--pipeline", "4", "--requests-per-connection", "6"},
        {"--first-source", "0"},
        {"--first-source", "250", "--sources", "6"}, // 127.0.0.255 is for everybody
        {"--interval", "0.001"},
        {"--class", "name=a", "--class", "name=a"},
        {"--connections", "2", "--rate", "5", "--idle", "1", "--class", "path=/${unique}"}, // idle ones send the same
        {"--pipeline", "2", "--class", "path=/${unique}"},
        {"--class", "path=/${nobody}"},
        {"--class", "ledger=x"},   // without a file
        {"--ledger", "/dev/null"}, // without a class
        {"--scenario", "/nowhere/scenario.json"},
        {"--tls"},
        {"--tls-resume"},
        {"--tls-name", "localhost"},
        {"--tls", "--tls-name", "localhost"},
        {"--tls", "--tls-unchecked", "--tls-ca", "/dev/null"},
        {"--tls", "--tls-ca", "/nowhere/ca.pem"},
        {"--tls", "--tls-ca", "/dev/null"},
        {"127.0.0.1:81"},
    };
    for (auto arguments : all) {
        arguments.emplace_back("127.0.0.1:80");
        BOOST_CHECK_THROW(parse_options(arguments), std::runtime_error);
    }
    BOOST_CHECK_THROW(parse_options({}), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(tls_is_off_unless_asked_for)
{
    BOOST_TEST(!parse_options({"127.0.0.1:80"}).tls.has_value());
    const auto o = parse_options({"--tls", "--tls-resume", "--tls-unchecked", "--tls-name", "a.test", "127.0.0.1:80"});
    BOOST_REQUIRE(o.tls.has_value());
    BOOST_CHECK_NO_THROW(parse_options({"--tls", "--tls-unchecked", "https://127.0.0.1:443"}));
    BOOST_CHECK_THROW(parse_options({"https://127.0.0.1:443"}), std::runtime_error);
    BOOST_TEST(o.tls->unchecked);
    BOOST_TEST(o.tls->resume);
    BOOST_TEST(o.tls->name == "a.test");
}

BOOST_AUTO_TEST_CASE(sources_grow_with_the_connections)
{
    BOOST_TEST(parse_options({"127.0.0.1:80"}).sources == 1u);
    BOOST_TEST(parse_options({"127.0.0.1:80", "--idle", "50000"}).sources == 3u);
    BOOST_TEST(parse_options({"127.0.0.1:80", "--first-source", "249", "--sources", "6"}).first_source == 249u);
}

BOOST_AUTO_TEST_CASE(shares_add_up)
{
    for (const std::uint64_t total : {0U, 1U, 7U, 64U}) {
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i < 3; ++i) sum += share(total, i, 3);
        BOOST_TEST(sum == total);
    }
}

BOOST_AUTO_TEST_CASE(requests_are_due_in_turn_and_evenly)
{
    const std::chrono::steady_clock::time_point begin(std::chrono::hours(1));
    const schedule first(begin, 1000, 0, 2), second(begin, 1000, 1, 2);
    BOOST_TEST((first.due(0) == begin));
    BOOST_TEST((second.due(0) == begin + std::chrono::milliseconds(1)));
    BOOST_TEST((first.due(500) == begin + std::chrono::seconds(1)));
    BOOST_TEST(second.due_until(begin) == 0u);
    BOOST_TEST(first.due_until(begin) == 1u);
    BOOST_TEST(first.due_until(begin + std::chrono::milliseconds(999)) == 500u);
}

BOOST_AUTO_TEST_SUITE_END()
