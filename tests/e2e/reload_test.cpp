// Settings of a running server change: what may, at once; what may not, not.
#include "e2e_fixture.hpp"
#include "sessions_fixture.hpp"
#include "support/certificates.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>

namespace {

using namespace watchword::test;

struct configured_server {
    temporary_directory directory;
    std::string file = directory / "watchword.json", control = directory / "control.sock";
    std::vector<std::string> flags{"--config", file, "--control", control};
    std::unique_ptr<server_process> server;

    explicit configured_server(const std::string& text = "{}", const environment& more = {})
    {
        write_file(file, text);
        server = std::make_unique<server_process>(directory.path(), flags, more);
    }
    finished reload() const
    {
        return run_program({watchword_binary(), "reload", "--config", file, "--control", control});
    }
    int status_with_header_of(std::size_t bytes) const
    {
        http_client client(server->address());
        return client.exchange("GET", "/health/live", {{"X-Long", std::string(bytes, 'x')}}).status;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(reload)

BOOST_AUTO_TEST_CASE(a_limit_changes_for_connections_that_are_open_too)
{
    configured_server s;
    http_client open(s.server->address());
    const name_values long_field{{"X-Long", std::string(4000, 'x')}};
    BOOST_TEST(open.exchange("GET", "/health/live", long_field).status == 200);

    write_file(s.file, R"({"http": {"header_bytes": "2KiB"}})");
    const auto told = s.reload();
    BOOST_TEST(told.exit_code == 0);
    BOOST_TEST(told.output == "changed: http.header_bytes\n");
    BOOST_TEST(open.exchange("GET", "/health/live", long_field).status == 431);
    BOOST_TEST(s.status_with_header_of(4000) == 431);

    write_file(s.file, "{}");
    BOOST_TEST(s.reload().output == "changed: http.header_bytes\n");
    BOOST_TEST(s.status_with_header_of(4000) == 200);
    BOOST_TEST(s.reload().output == "no setting has changed\n");
}

BOOST_AUTO_TEST_CASE(a_signal_does_the_same)
{
    configured_server s;
    write_file(s.file, R"({"log": {"access": true}, "http": {"header_bytes": "2KiB"}})");
    s.server->child().signal(SIGHUP);
    const auto line = s.server->child().await_error_line("\"reloaded\"");
    BOOST_TEST_REQUIRE(line.has_value());
    BOOST_TEST(contains(*line, R"("changed":"http.header_bytes, log.access")"), *line);
    BOOST_TEST(s.status_with_header_of(4000) == 431);
    BOOST_TEST(s.status_with_header_of(10) == 200);
    BOOST_TEST(s.server->child().await_error_line("\"path\":\"/health/live\"").has_value());
}

BOOST_AUTO_TEST_CASE(what_cannot_change_is_named_and_keeps_its_value)
{
    configured_server s;
    write_file(s.file, R"({"server": {"threads": 7}, "http": {"require_if_match": true}, "log": {"level": "error"}})");
    const auto told = s.reload();
    BOOST_TEST(told.exit_code == 0);
    BOOST_TEST(told.output ==
               "changed: log.level\nneeds a new start: server.threads\nneeds a new start: http.require_if_match\n");
    BOOST_TEST(http_client(s.server->address()).get("/health/live").status == 200);
    // They are told each time, as they are different still.
    BOOST_TEST(s.reload().output == "needs a new start: server.threads\nneeds a new start: http.require_if_match\n");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_wrong_changes_nothing)
{
    configured_server s;
    for (const std::string bad :
         {"{\"http\": {\"header_bytes\": \"2KiB\"},\n\"server\": {\"thread\": 2}}", "{\"http\": {\"header_bytes\": 1",
          "{\"http\": {\"header_bytes\": \"2KiB\"}, \"log\": {\"level\": \"loud\"}}"}) {
        write_file(s.file, bad);
        s.server->child().signal(SIGHUP);
        BOOST_TEST_REQUIRE(comes_true([&] { return contains(s.server->log(), "nothing was reloaded"); }));
        BOOST_TEST(s.status_with_header_of(4000) == 200);
        BOOST_TEST(s.reload().exit_code == 2); // it finds it itself
    }
    BOOST_TEST(contains(s.server->log(), "line 2: server.thread"), s.server->log());
    std::filesystem::remove(s.file);
    s.server->child().signal(SIGHUP);
    BOOST_TEST(s.status_with_header_of(4000) == 200);
}

BOOST_AUTO_TEST_CASE(a_certificate_that_is_wrong_changes_nothing_else)
{
    const temporary_directory certificates;
    const certificate_authority root(certificates, "root");
    const auto files = root.issue("server");
    const auto text = [&](const std::string& certificate, const std::string& more) {
        return R"({"tls": {"certificate_file": ")" + certificate + R"(", "key_file": ")" + files.key + "\"}" + more +
               "}";
    };
    configured_server s(text(files.certificate, ""));
    write_file(s.file, text(files.key, R"(, "http": {"header_bytes": "2KiB"})"));
    const auto told = s.reload();
    BOOST_TEST(told.exit_code == 1);
    BOOST_TEST(contains(told.errors, files.key), told.errors);
    BOOST_TEST(contains(told.errors, "nothing was changed"), told.errors);
    BOOST_TEST(s.status_with_header_of(4000) == 200);
}

BOOST_AUTO_TEST_CASE(a_secret_of_the_environment_outlives_a_reload_and_an_upgrade)
{
    const std::string secret = "a secret of the environment, 32 bytes and more";
    configured_server s("{}", {{"WATCHWORD_SECRET", secret}});
    http_client client(s.server->address());
    BOOST_TEST(client.form_post("/signup", registration("a@b.test")).status == 201);
    const auto token = token_of(client.form_post("/login", credentials("a@b.test")));
    s.server->child().signal(SIGHUP);
    BOOST_TEST_REQUIRE(s.server->child().await_error_line("\"reloaded\"").has_value());
    BOOST_TEST(!contains(s.server->log(), "keep their value"));
    BOOST_TEST(users(client, token).size() == 1);

    s.server->child().signal(SIGUSR2);
    const auto serves_again = [&] {
        const auto log = s.server->log();
        return contains(log.substr(std::min(log.find("\"handing over"), log.size())), "\"message\":\"ready\"");
    };
    BOOST_TEST_REQUIRE(comes_true(serves_again));
    http_client later(s.server->address());
    BOOST_TEST(users(later, token).size() == 1);
    BOOST_TEST(!std::filesystem::exists(s.directory / "watchword.db.secret"));
    BOOST_TEST(!contains(s.server->log(), secret));
    // The successor is nobody's child here; it is found by what it listens at.
    const auto pid = std::stoi(run_program({"sh", "-c", "pgrep -f -- " + s.control}).output);
    BOOST_TEST(::kill(pid, SIGTERM) == 0);
    BOOST_TEST(comes_true([&] { return ::kill(pid, 0) != 0 || contains(s.server->log(), "\"stopped\""); }));
}

BOOST_AUTO_TEST_CASE(without_a_server_the_command_says_so)
{
    const temporary_directory directory;
    const auto nobody = run_program({watchword_binary(), "reload", "--control", directory / "control.sock"});
    BOOST_TEST(nobody.exit_code == 1);
    BOOST_TEST(contains(nobody.errors, "no server listens at"), nobody.errors);
    const auto nowhere = run_program({watchword_binary(), "reload"});
    BOOST_TEST(nowhere.exit_code == 2);
    BOOST_TEST(contains(nowhere.errors, "server.control"), nowhere.errors);
}

BOOST_AUTO_TEST_CASE(its_socket_is_its_users_own)
{
    configured_server s;
    const auto permissions = std::filesystem::status(s.control).permissions();
    BOOST_TEST((permissions == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)));
    const auto second = run_program({watchword_binary(), "serve", "--listen", "127.0.0.1:0", "--control", s.control,
                                     "--database", "sqlite:" + (s.directory / "other.db")});
    BOOST_TEST(second.exit_code == 1);
    BOOST_TEST(contains(second.errors, "another process listens there"), second.errors);
}

BOOST_AUTO_TEST_SUITE_END()
