// Starting, stopping and starting again.
#include "e2e_fixture.hpp"
#include "support/vectors.hpp"

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <memory>

namespace {

using namespace watchword::test;

// Logins take a good part of a second, so that something is in flight when the test wants it to be.
const std::vector<std::string> slow_passwords{"--threads",           "1",     "--set",
                                              "passwords.passes=50", "--set", "passwords.engine=libsodium"};

const name_values form_type{{"Host", "x"}, {"Content-Type", "application/x-www-form-urlencoded"}};

// Clients whose unfinished requests lie in the sockets of a server that finds the signals at the same moment.
void stop_with_clients_at_the_door(const std::vector<std::string>& arguments, const std::vector<int>& signals)
{
    for (int round = 0; round < 5; ++round) {
        const temporary_directory directory;
        server_process server(directory.path(), arguments);
        server.child().signal(SIGSTOP); // the kernel goes on to take connections and bytes
        std::vector<std::unique_ptr<http_client>> late;
        for (int i = 0; i < 8; ++i) {
            late.push_back(std::make_unique<http_client>(server.address()));
            late.back()->send("POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
        }
        for (const int number : signals) server.child().signal(number);
        server.child().signal(SIGCONT);
        BOOST_TEST(server.child().wait(at_most(std::chrono::seconds(10))) == 0);
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(lifecycle)

BOOST_AUTO_TEST_CASE(users_and_tokens_outlive_a_restart)
{
    const temporary_directory directory;
    std::string token;
    {
        server_process server(directory.path());
        http_client client(server.address());
        BOOST_TEST(client.form_post("/signup", registration("a@b.test")).status == 201);
        token = token_of(client.form_post("/login", credentials("a@b.test")));
        BOOST_TEST(server.stop() == 0);
    }
    const auto secret = read_file(directory / "watchword.db.secret");
    server_process server(directory.path());
    http_client client(server.address());
    BOOST_TEST(users(client, token).at(0).at("email").as_string() == "a@b.test");
    token_of(client.form_post("/login", credentials("a@b.test")));
    BOOST_TEST(client.form_post("/signup", registration("a@b.test")).status == 202);
    BOOST_TEST((read_file(directory / "watchword.db.secret") == secret));
}

BOOST_AUTO_TEST_CASE(what_was_answered_outlives_a_kill)
{
    const temporary_directory directory;
    {
        server_process server(directory.path());
        http_client client(server.address());
        for (int i = 0; i < 5; ++i)
            BOOST_TEST(client.form_post("/signup", registration(std::to_string(i) + "@b.test")).status == 201);
        server.kill();
    }
    server_process server(directory.path());
    http_client client(server.address());
    const auto token = token_of(client.form_post("/login", credentials("0@b.test")));
    BOOST_TEST(users(client, token).size() == 5);
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(query_sqlite(directory / "watchword.db", "PRAGMA integrity_check") == "ok\n");
}

BOOST_AUTO_TEST_CASE(a_login_in_flight_is_answered_before_the_server_stops)
{
    const temporary_directory directory;
    server_process server(directory.path(), slow_passwords);
    http_client client(server.address()), other(server.address());
    BOOST_TEST(client.form_post("/signup", registration("a@b.test")).status == 201);
    BOOST_TEST(other.get("/health/live").status == 200);

    client.send(request_bytes("POST", "/login", form_type, encode_form(credentials("a@b.test"))));
    // Both connections are served by one thread, so after this answer the login has been read and is hashing.
    BOOST_TEST(other.get("/health/live").status == 200);
    server.child().signal(SIGTERM);

    const auto response = client.read_response();
    token_of(response);
    BOOST_TEST(response.header("Connection") == "close");
    BOOST_TEST(client.is_closed());
    BOOST_TEST(server.child().wait() == 0);
    BOOST_CHECK_THROW(http_client(server.address()), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(an_interrupt_stops_it_too)
{
    running_server s;
    s.server.child().signal(SIGINT);
    BOOST_TEST(s.server.child().wait() == 0);
}

BOOST_AUTO_TEST_CASE(a_second_signal_does_not_wait_for_requests)
{
    const temporary_directory directory;
    server_process server(directory.path());
    http_client client(server.address());
    client.send("POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
    BOOST_TEST(http_client(server.address()).get("/health/live").status == 200);
    server.child().signal(SIGTERM);
    BOOST_REQUIRE(server.child().await_error_line("\"stopping\""));
    server.child().signal(SIGTERM);
    BOOST_TEST(server.child().wait(at_most(std::chrono::seconds(10))) == 0); // far below the time a drain may take
}

BOOST_AUTO_TEST_CASE(clients_at_the_door_are_waited_for_no_longer_than_the_drain_takes)
{
    stop_with_clients_at_the_door({"--set", "server.drain_timeout=1s"}, {SIGTERM});
}

BOOST_AUTO_TEST_CASE(clients_at_the_door_are_not_waited_for_after_a_second_signal)
{
    stop_with_clients_at_the_door({}, {SIGTERM, SIGINT});
}

BOOST_AUTO_TEST_CASE(idle_connections_do_not_delay_the_stop)
{
    running_server s;
    std::vector<std::unique_ptr<http_client>> idle;
    for (int i = 0; i < 20; ++i) {
        idle.push_back(std::make_unique<http_client>(s.server.address()));
        BOOST_TEST(idle.back()->get("/health/live").status == 200);
    }
    const auto begin = std::chrono::steady_clock::now();
    BOOST_TEST(s.server.stop() == 0);
    BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::seconds(3)));
    for (auto& client : idle) BOOST_TEST(client->is_closed());
}

BOOST_AUTO_TEST_CASE(it_listens_on_every_address_it_is_given)
{
    const temporary_directory directory;
    server_process server(directory.path(), {"--listen", "127.0.0.1:0", "--listen", "[::1]:0"});
    BOOST_REQUIRE(server.addresses().size() == 3);
    BOOST_TEST(server.addresses()[0] != server.addresses()[1]);
    BOOST_TEST(server.addresses()[2].starts_with("[::1]:"));
    for (const auto& address : server.addresses()) {
        BOOST_TEST(!address.ends_with(":0"));
        BOOST_TEST(http_client(address).get("/health/live").status == 200);
    }
}

BOOST_AUTO_TEST_CASE(a_taken_port_is_refused_with_one_clear_line)
{
    running_server s;
    const auto second = run_program({watchword_binary(), "serve", "--log-level", "error", "--listen",
                                     s.server.address(), "--database", "sqlite:" + (s.directory / "other.db")});
    BOOST_TEST(second.exit_code == 1);
    BOOST_TEST(second.errors.find("cannot listen on " + s.server.address()) != std::string::npos, second.errors);
    BOOST_TEST(std::count(second.errors.begin(), second.errors.end(), '\n') == 1, second.errors);
}

BOOST_AUTO_TEST_CASE(a_database_that_another_server_uses_is_refused)
{
    running_server s;
    const auto second = run_program({watchword_binary(), "serve", "--listen", "127.0.0.1:0", "--database",
                                     "sqlite:" + (s.directory / "watchword.db")});
    BOOST_TEST(second.exit_code == 1);
    BOOST_TEST(second.errors.find("cannot start") != std::string::npos, second.errors);
    BOOST_TEST(std::count(second.errors.begin(), second.errors.end(), '\n') == 1, second.errors);
    BOOST_TEST(s.client.get("/health/live").status == 200);
}

BOOST_AUTO_TEST_CASE(the_log_holds_no_password_no_token_and_no_secret)
{
    const temporary_directory directory;
    server_process server(directory.path(), {"--access-log", "--log-level", "trace"});
    http_client client(server.address());
    const std::string canary = "canary-8f3a-in-the-coal-mine";
    client.form_post("/signup", registration("a@b.test", canary));
    client.json_post("/login", "{\"email\":\"a@b.test\",\"password\":\"" + canary + "\"}");
    const auto token = token_of(client.form_post("/login", credentials("a@b.test", canary)));
    client.form_post("/login", credentials("a@b.test", canary + "-wrong"));
    client.form_post("/login", credentials("nobody@b.test", canary));
    client.multipart_post("/login", credentials("a@b.test", canary + "\n"));
    users(client, token);
    client.get("/user", token + "x");
    client.exchange("GET", "/user", {{"Authorization", "Bearer " + token}});
    client.get("/user?token=" + token + "&password=" + canary);
    client.get("/nowhere?password=" + canary);
    http_client broken(server.address());
    broken.send("GET /" + canary + " HTTP/9.9\r\nx-access-token: " + token + "\r\n\r\n");
    broken.read_response();
    BOOST_TEST(server.stop() == 0);

    const auto log = server.log();
    const auto secret = read_file(directory / "watchword.db.secret");
    BOOST_TEST(log.find("/login") != std::string::npos); // access lines are there
    BOOST_TEST(log.find(canary) == std::string::npos, log);
    BOOST_TEST(log.find(token.substr(token.rfind('.') + 1)) == std::string::npos, log);
    BOOST_TEST(log.find(token.substr(0, token.rfind('.'))) == std::string::npos, log);
    BOOST_TEST(log.find(secret.substr(0, 20)) == std::string::npos);
    BOOST_TEST(log.find("$argon2id$") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
