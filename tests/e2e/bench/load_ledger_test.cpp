// What the load generator's ledger proves of the real server.
#include "support/http_client.hpp"
#include "support/paths.hpp"
#include "support/process.hpp"
#include "support/server_process.hpp"
#include "support/temporary_directory.hpp"
#include "support/vectors.hpp"
#include "unit/bench/load_run.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <thread>

namespace {

using namespace watchword::test;

constexpr std::string_view scenario = R"({
    "chains": {"user": {"values": {"email": "u-${unique}@example.test", "password": "correct horse ${unique}"}}},
    "classes": [
      {"name": "sign_up", "chain": "user", "starts": true, "method": "POST", "path": "/signup", "expect": [201],
       "form": {"name": "U", "email": "${email}", "password": "${password}"}, "ledger": "${email}"},
      {"name": "login", "chain": "user", "method": "POST", "path": "/login", "expect": [201],
       "form": {"email": "${email}", "password": "${password}"}, "keep": {"token": "/token"}},
      {"name": "check", "chain": "user", "weight": 4, "path": "/user", "headers": {"x-access-token": "${token}"}}]})";

// Cheap hashes: this is about commits.
const std::vector<std::string> settings{"--set", "passwords.memory_kib=8"};

std::size_t lines(const std::string& file)
{
    if (!std::filesystem::exists(file)) return 0;
    const auto text = read_file(file);
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

void await_lines(const std::string& file, std::size_t count)
{
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (lines(file) < count) {
        BOOST_REQUIRE_MESSAGE(std::chrono::steady_clock::now() < until, "the ledger does not grow");
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

struct ledger_fixture {
    temporary_directory directory;
    std::string file = directory / "scenario.json", ledger = directory / "ledger";

    ledger_fixture() { write_file(file, std::string(scenario)); }

    finished verify(const std::vector<std::string>& where) const
    {
        std::vector<std::string> command{"python3", "-B", source_file("bench/verify_ledger.py"), ledger};
        command.insert(command.end(), where.begin(), where.end());
        return run_program(command);
    }
    std::string database() const { return directory / "watchword.db"; }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(load_ledgers, ledger_fixture)

BOOST_AUTO_TEST_CASE(tokens_go_from_sign_up_through_login_to_checks)
{
    server_process server(directory.path(), settings);
    const auto seen =
        run_load(server.address(), {"--connections", "4", "--requests", "300", "--scenario", file, "--ledger", ledger});
    BOOST_TEST(number(seen, "failed.total") == 0u);
    BOOST_TEST(number(seen, "classes.login.answers") >= 40u);
    BOOST_TEST(number(seen, "classes.check.answers") >= 150u);
    BOOST_TEST(number(seen, "acknowledged") == number(seen, "classes.sign_up.answers"));
    const auto checked = verify({"--class", "sign_up", "--sqlite", database()});
    BOOST_TEST(checked.exit_code == 0, checked.output + checked.errors);
}

BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_lost_when_the_server_is_killed)
{
    std::optional<server_process> server(std::in_place, directory.path(), settings);
    const auto address = server->address();
    boost::json::object seen;
    std::thread load([&] {
        seen = run_load(address, {"--connections", "16", "--requests", "3000", "--scenario", file, "--ledger", ledger});
    });
    await_lines(ledger, 100);
    server->kill();
    const auto before = lines(ledger);
    server.reset();
    auto again = settings;
    again.insert(again.end(), {"--listen", address});
    server.emplace(directory.path(), again);
    load.join();

    BOOST_TEST(number(seen, "failed.closed") + number(seen, "failed.reset") >= 1u);
    BOOST_TEST(number(seen, "failed.unexpected_status") == 0u);
    BOOST_TEST(lines(ledger) > before + 100); // it went on after that
    const auto checked = verify({"--sqlite", database()});
    BOOST_TEST(checked.exit_code == 0, checked.output + checked.errors);
    BOOST_TEST(checked.output.find("\"lost\": 0") != std::string::npos, checked.output);
}

BOOST_AUTO_TEST_CASE(what_is_lost_is_found_by_the_database_and_by_the_list)
{
    server_process server(directory.path(), settings);
    run_load(server.address(), {"--connections", "2", "--requests", "60", "--scenario", file, "--ledger", ledger});
    const auto good = read_file(ledger);
    write_file(ledger, good + R"({"class":"sign_up","value":"nobody@example.test","status":201,"at":1})" + "\n");
    const auto lost = verify({"--sqlite", database()});
    BOOST_TEST(lost.exit_code == 1);
    BOOST_TEST(lost.output.find("nobody@example.test") != std::string::npos, lost.output);
    http_client client(server.address());
    const name_values reader{{"name", "R"}, {"email", "r@example.test"}, {"password", "correct horse battery"}};
    BOOST_TEST(client.form_post("/signup", reader).status == 201);
    const auto login = client.form_post("/login", {reader[1], reader[2]});
    const auto token = std::string(boost::json::parse(login.body).at("token").as_string());
    const auto port = server.address().substr(server.address().rfind(':') + 1);
    BOOST_TEST(verify({"--list", port, "--token", token}).exit_code == 1);
    write_file(ledger, good);
    BOOST_TEST(verify({"--list", port, "--token", token}).exit_code == 0);

    for (const auto* const text : {"", "{}\n", "nonsense\n", "[1]\n"}) {
        write_file(ledger, text);
        BOOST_TEST(verify({"--sqlite", database()}).exit_code == 2);
    }
    write_file(ledger, good + R"({"class":"sign_up","val)"); // the last line of a process that died
    BOOST_TEST(verify({"--sqlite", database()}).exit_code == 0);
}

BOOST_AUTO_TEST_SUITE_END()
