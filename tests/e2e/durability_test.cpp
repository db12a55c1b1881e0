// What was answered is kept, whatever happens to the process.
#include "e2e_fixture.hpp"

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <future>
#include <memory>
#include <set>

namespace {

using namespace watchword::test;

// Signs up one address after the other until the server is gone; the addresses that were answered 201.
std::vector<std::string> sign_up_until_it_dies(const std::string& address, const std::string& prefix)
{
    std::vector<std::string> acknowledged;
    try {
        http_client client(address);
        for (;;) {
            const auto email = prefix + std::to_string(acknowledged.size()) + "@b.test";
            if (client.form_post("/signup", registration(email)).status != 201) return acknowledged;
            acknowledged.push_back(email);
        }
    } catch (const std::runtime_error&) { // it is gone
        return acknowledged;
    }
}

std::set<std::string> listed_addresses(http_client& client, const std::string& token)
{
    std::set<std::string> all;
    for (const auto& user : users(client, token)) all.emplace(user.at("email").as_string());
    return all;
}

// Who signed up last can log in, and everybody who ever did is listed.
void check_kept(const server_process& server, const std::vector<std::string>& recent,
                const std::set<std::string>& expected)
{
    http_client client(server.address());
    std::string token;
    for (const auto& email : recent) token = token_of(client.form_post("/login", credentials(email)));
    if (token.empty()) return;
    const auto listed = listed_addresses(client, token);
    for (const auto& email : expected) BOOST_TEST(listed.count(email) == 1, email);
}

} // namespace

BOOST_AUTO_TEST_SUITE(durability)

BOOST_AUTO_TEST_CASE(every_acknowledged_sign_up_outlives_a_kill_in_the_middle_of_others)
{
    const temporary_directory directory;
    std::set<std::string> expected;
    std::vector<std::string> recent;
    for (int round = 0; round < 10; ++round) {
        server_process server(directory.path());
        check_kept(server, recent, expected);
        recent.clear();
        std::vector<std::future<std::vector<std::string>>> writers;
        for (int i = 0; i < 4; ++i) {
            const auto prefix = std::to_string(round) + "-" + std::to_string(i) + "-";
            writers.push_back(std::async(std::launch::async, sign_up_until_it_dies, server.address(), prefix));
        }
        // A sign-up of our own is acknowledged amid theirs; then it dies while they go on.
        const auto last = "last-" + std::to_string(round) + "@b.test";
        BOOST_TEST(http_client(server.address()).form_post("/signup", registration(last)).status == 201);
        server.kill();
        for (auto& writer : writers)
            for (auto& email : writer.get()) recent.push_back(std::move(email));
        recent.push_back(last);
        expected.insert(recent.begin(), recent.end());
    }
    server_process server(directory.path());
    check_kept(server, recent, expected);
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(query_sqlite(directory / "watchword.db", "PRAGMA integrity_check") == "ok\n");
}

BOOST_AUTO_TEST_CASE(every_login_and_sign_up_in_flight_is_answered_before_the_server_stops)
{
    const temporary_directory directory;
    server_process server(directory.path(), {"--threads", "1", "--set", "passwords.passes=20"});
    http_client other(server.address());
    BOOST_TEST(other.form_post("/signup", registration("a@b.test")).status == 201);

    const name_values headers{{"Host", "x"}, {"Content-Type", "application/x-www-form-urlencoded"}};
    std::vector<std::unique_ptr<http_client>> logins, sign_ups;
    for (int i = 0; i < 4; ++i) {
        logins.push_back(std::make_unique<http_client>(server.address(), std::chrono::seconds(60)));
        logins.back()->send(request_bytes("POST", "/login", headers, encode_form(credentials("a@b.test"))));
        sign_ups.push_back(std::make_unique<http_client>(server.address(), std::chrono::seconds(60)));
        const auto email = std::to_string(i) + "@b.test";
        sign_ups.back()->send(request_bytes("POST", "/signup", headers, encode_form(registration(email))));
    }
    // The one thread reads a new connection's request after what came before it.
    BOOST_TEST(http_client(server.address()).get("/health/live").status == 200);
    server.child().signal(SIGTERM);

    for (auto& login : logins) token_of(login->read_response());
    for (auto& sign_up : sign_ups) BOOST_TEST(sign_up->read_response().status == 201);
    BOOST_TEST(server.child().wait() == 0);
    BOOST_TEST(query_sqlite(directory / "watchword.db", "SELECT count(*) FROM user") == "5\n");
}

BOOST_AUTO_TEST_SUITE_END()
