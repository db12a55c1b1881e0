// The load generator over HTTPS, against the real server.
#include "support/certificates.hpp"
#include "support/server_process.hpp"
#include "unit/bench/load_run.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace {

using namespace watchword::test;
namespace json = boost::json;

struct https_server {
    temporary_directory directory;
    certificate_authority root{directory, "root"}, other{directory, "other"};
    certificate_files files{root.issue("server", {.name = "watchword.test"})};
    server_process server{
        directory.path(),
        {"--listen", "https://127.0.0.1:0", "--tls-certificate", files.certificate, "--tls-key", files.key}};
    std::string address = server.addresses().at(1).substr(std::string_view("https://").size());

    json::object run(std::vector<std::string_view> arguments) const
    {
        arguments.insert(arguments.end(), {"--tls", "--class", "path=/health/live"});
        return run_load(address, std::move(arguments));
    }
    // Why it could not run.
    std::string problem(const std::vector<std::string_view>& arguments) const
    {
        try {
            run(arguments);
        } catch (const std::runtime_error& e) {
            return e.what();
        }
        return "it ran";
    }
};

bool contains(const std::string& text, std::string_view part)
{
    return text.find(part) != text.npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(load_over_tls, https_server)

BOOST_AUTO_TEST_CASE(a_closed_loop_shakes_hands_once_for_each_connection)
{
    const auto seen = run({"--tls-ca", root.file(), "--connections", "4", "--threads", "2", "--requests", "500"});
    BOOST_TEST(number(seen, "failed.total") == 0u);
    BOOST_TEST(number(seen, "answers") == 500u);
    BOOST_TEST(number(seen, "tls.handshakes") == 4u);
    BOOST_TEST(number(seen, "tls.resumed") == 0u);
    BOOST_TEST(number(seen, "tls.handshake_us.p50") > 0u);
}

BOOST_AUTO_TEST_CASE(an_open_loop_with_bursts_of_connections_that_resume)
{
    const auto seen = run({"--tls-ca", root.file(), "--tls-resume", "--connections", "8", "--rate", "400", "--duration",
                           "0.5", "--requests-per-connection", "5"});
    BOOST_TEST(number(seen, "failed.total") == 0u);
    BOOST_TEST(number(seen, "answers") == 200u);
    const auto handshakes = number(seen, "tls.handshakes");
    BOOST_TEST(handshakes >= 40u);
    BOOST_TEST(number(seen, "connect_us.count") >= handshakes);
    BOOST_TEST(number(seen, "connect_us.count") <= handshakes + 8); // at the end some have just begun
    BOOST_TEST(number(seen, "connects_per_second") >= 40u);
    BOOST_TEST(number(seen, "tls.resumed") >= handshakes - 8); // not the first ones
}

BOOST_AUTO_TEST_CASE(renewed_connections_without_resumption_shake_hands_anew)
{
    const auto seen =
        run({"--tls-unchecked", "--connections", "2", "--requests", "100", "--requests-per-connection", "10"});
    BOOST_TEST(number(seen, "failed.total") == 0u);
    BOOST_TEST(number(seen, "answers") == 100u);
    BOOST_TEST(number(seen, "tls.handshakes") >= 10u);
    BOOST_TEST(number(seen, "tls.resumed") == 0u);
}

BOOST_AUTO_TEST_CASE(pipelined_bursts_come_back_whole)
{
    const auto seen = run({"--tls-ca", root.file(), "--connections", "1", "--pipeline", "32", "--requests", "3200"});
    BOOST_TEST(number(seen, "failed.total") == 0u);
    BOOST_TEST(number(seen, "answers") == 3200u);
}

BOOST_AUTO_TEST_CASE(the_certificate_is_checked_unless_it_is_said_otherwise)
{
    BOOST_TEST(contains(problem({"--tls-ca", other.file()}), "certificate"));
    BOOST_TEST(contains(problem({"--tls-ca", root.file(), "--tls-name", "other.test"}), "mismatch"));
    const auto seen = run({"--tls-ca", root.file(), "--tls-name", "watchword.test", "--requests", "10"});
    BOOST_TEST(number(seen, "failed.total") == 0u);
}

BOOST_AUTO_TEST_CASE(a_server_without_tls_is_an_error)
{
    try {
        run_load(server.address(), {"--tls", "--tls-unchecked", "--timeout", "5"});
        BOOST_ERROR("it ran");
    } catch (const std::runtime_error& e) {
        BOOST_TEST(contains(e.what(), "TLS"), e.what());
    }
}

BOOST_AUTO_TEST_SUITE_END()
