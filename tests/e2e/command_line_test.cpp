// What the program says to whoever starts it.
#include "e2e_fixture.hpp"
#include "support/vectors.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <sys/stat.h>

namespace {

using namespace watchword::test;

finished run_watchword(std::vector<std::string> arguments, const environment& more = {})
{
    arguments.insert(arguments.begin(), watchword_binary());
    return run_program(arguments, more);
}

// `serve` in an empty directory, where it must change nothing.
struct refused {
    temporary_directory directory;

    finished serve(std::vector<std::string> arguments, const environment& more = {})
    {
        arguments.insert(arguments.begin(),
                         {"serve", "--listen", "127.0.0.1:0", "--database", "sqlite:" + (directory / "watchword.db")});
        const auto done = run_watchword(arguments, more);
        BOOST_TEST(done.exit_code != 0);
        BOOST_TEST(!contains(done.errors, "\"ready\""));
        BOOST_TEST(!std::filesystem::exists(directory / "watchword.db"));
        BOOST_TEST(!std::filesystem::exists(directory / "watchword.db.secret"));
        return done;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(command_line)

BOOST_AUTO_TEST_CASE(version_and_help_go_to_standard_output)
{
    const auto version = run_watchword({"--version"});
    BOOST_TEST(version.exit_code == 0);
    BOOST_TEST(version.output.starts_with("watchword 0."));
    BOOST_TEST(version.errors.empty());

    const auto help = run_watchword({"--help"});
    BOOST_TEST(help.exit_code == 0);
    BOOST_TEST(contains(help.output, "\n  serve "));

    const auto serve = run_watchword({"serve", "--help"});
    BOOST_TEST(serve.exit_code == 0);
    for (const auto* flag : {"--listen", "--database", "--secret-file", "--config", "--no-limits", "--threads"})
        BOOST_TEST(contains(serve.output, flag), flag);
}

BOOST_AUTO_TEST_CASE(without_a_command_it_shows_how_it_is_used)
{
    const auto nothing = run_watchword({});
    BOOST_TEST(nothing.exit_code == 2);
    BOOST_TEST(contains(nothing.errors, "Usage:"));
    BOOST_TEST(nothing.output.empty());
}

BOOST_AUTO_TEST_CASE(an_unknown_command_is_refused_and_the_nearest_named)
{
    const auto done = run_watchword({"serv"});
    BOOST_TEST(done.exit_code == 2);
    BOOST_TEST(contains(done.errors, "did you mean serve?"), done.errors);
}

BOOST_FIXTURE_TEST_CASE(an_unknown_flag_is_refused_and_the_nearest_named, refused)
{
    const auto done = serve({"--liste", "127.0.0.1:0"});
    BOOST_TEST(done.exit_code == 2);
    BOOST_TEST(contains(done.errors, "did you mean --listen?"));
    BOOST_TEST(contains(serve({"--secretfile", "x"}).errors, "did you mean --secret-file?"));
    serve({"stray"});
}

BOOST_FIXTURE_TEST_CASE(an_unknown_key_of_the_configuration_is_refused_and_the_nearest_named, refused)
{
    const auto file = directory / "watchword.json";
    write_file(file, "{ // a comment\n  \"server\": {\"listn\": [\"127.0.0.1:0\"]}\n}\n");
    const auto done = serve({"--config", file});
    BOOST_TEST(done.exit_code == 2);
    BOOST_TEST(contains(done.errors, "server.listn"), done.errors);
    BOOST_TEST(contains(done.errors, "did you mean server.listen?"), done.errors);
    BOOST_TEST(contains(serve({"--config", directory / "absent.json"}).errors, "absent.json"));
    write_file(file, "{");
    serve({"--config", file});
}

BOOST_FIXTURE_TEST_CASE(an_unknown_variable_of_the_environment_is_refused_and_the_nearest_named, refused)
{
    const auto done = serve({}, {{"WATCHWORD_SERVER_LISTN", "127.0.0.1:0"}});
    BOOST_TEST(contains(done.errors, "did you mean WATCHWORD_SERVER_LISTEN?"), done.errors);
}

BOOST_FIXTURE_TEST_CASE(a_value_that_cannot_be_is_refused, refused)
{
    for (const auto& arguments : std::vector<std::vector<std::string>>{{"--threads", "-1"},
                                                                       {"--threads", "many"},
                                                                       {"--threads"},
                                                                       {"--listen", "nowhere"},
                                                                       {"--listen", "127.0.0.1:65536"},
                                                                       {"--database", "mysql://localhost/x"},
                                                                       {"--database", "sqlite:"}})
        BOOST_TEST_CONTEXT(arguments.back()) serve(arguments);
}

BOOST_FIXTURE_TEST_CASE(a_short_secret_is_refused_with_one_clear_line, refused)
{
    const auto file = directory / "secret";
    write_file(file, "thirty-one bytes: one too few..\n");
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
    const auto done = serve({"--secret-file", file});
    BOOST_TEST(done.exit_code == 1);
    BOOST_TEST(contains(done.errors, "too short"), done.errors);
    BOOST_TEST(!contains(done.errors, "thirty-one"), done.errors);
    BOOST_TEST(std::count(done.errors.begin(), done.errors.end(), '\n') == 1, done.errors);
    BOOST_TEST(contains(serve({}, {{"WATCHWORD_SECRET", "short-canary"}}).errors, "too short"));
    BOOST_TEST(!contains(serve({}, {{"WATCHWORD_SECRET", "short-canary"}}).errors, "canary"));
    BOOST_TEST(serve({"--secret-file", directory / "absent"}).exit_code == 1);
}

BOOST_FIXTURE_TEST_CASE(a_cost_of_passwords_that_no_login_could_verify_is_refused, refused)
{
    const auto done = serve({"--set", "passwords.passes=54"});
    BOOST_TEST(done.exit_code == 1);
    BOOST_TEST(contains(done.errors, "passwords.passes"), done.errors);
    BOOST_TEST(serve({"--set", "passwords.memory_kib=262145"}).exit_code == 2);
    server_process most(directory.path(), {"--set", "passwords.passes=53"});
    http_client client(most.address());
    BOOST_TEST(client.form_post("/signup", registration("a@b.test")).status == 201);
    token_of(client.form_post("/login", credentials("a@b.test")));
}

BOOST_FIXTURE_TEST_CASE(the_engine_for_passwords_is_named_and_its_hashes_serve_any_other, refused)
{
    BOOST_TEST(serve({"--set", "passwords.engine=sse9"}).exit_code == 2);
    {
        server_process server(directory.path(), {"--set", "passwords.engine=portable"});
        BOOST_TEST(contains(server.log(), R"("passwords":"portable")"), server.log());
        http_client client(server.address());
        BOOST_TEST(client.form_post("/signup", registration("a@b.test")).status == 201);
    }
    server_process server(directory.path(), {"--set", "passwords.engine=libsodium"});
    BOOST_TEST(contains(server.log(), R"("passwords":"libsodium")"), server.log());
    http_client client(server.address());
    token_of(client.form_post("/login", credentials("a@b.test")));
    BOOST_TEST(client.form_post("/login", credentials("a@b.test", "wrong")).status == 403);
}

BOOST_AUTO_TEST_CASE(a_secret_is_made_beside_the_database_for_its_owner_alone)
{
    const temporary_directory directory;
    const auto mask = ::umask(0); // the mode must not depend on it
    const server_process server(directory.path());
    ::umask(mask);
    struct ::stat status {};
    BOOST_REQUIRE(::stat((directory / "watchword.db.secret").c_str(), &status) == 0);
    BOOST_TEST((status.st_mode & 07777) == 0600);
    const auto secret = read_file(directory / "watchword.db.secret");
    BOOST_TEST(secret.size() == 44); // 32 bytes as base64url, and a newline
    BOOST_TEST(secret.back() == '\n');
}

BOOST_AUTO_TEST_CASE(flags_win_over_the_environment_and_that_over_the_file)
{
    const temporary_directory directory;
    const auto file = directory / "watchword.json";
    write_file(file, R"({"tokens": {"lifetime": "1h"}, "http": {"body_bytes": 2000, "header_count": 3}})");
    server_process server(directory.path(), {"--config", file, "--set", "http.body_bytes=4000"},
                          {{"WATCHWORD_HTTP_BODY_BYTES", "3000"}, {"WATCHWORD_HTTP_HEADER_COUNT", "50"}});
    const auto status = [&](std::size_t size) {
        return http_client(server.address()).form_post("/login", {{"email", std::string(size, 'x')}}).status;
    };
    BOOST_TEST(status(3900) == 401);
    BOOST_TEST(status(4100) == 413);
    name_values headers;
    for (int i = 0; i < 30; ++i) headers.emplace_back("x-" + std::to_string(i), "y");
    BOOST_TEST(http_client(server.address()).exchange("GET", "/health/live", headers).status == 200);
}

BOOST_AUTO_TEST_CASE(what_a_server_would_go_by_is_shown_with_its_origin)
{
    const temporary_directory directory;
    const auto file = directory / "watchword.json";
    write_file(file, "{\n  \"log\": {\"level\": \"debug\"}\n}\n");
    const auto shown = run_program({"env", "WATCHWORD_SECRET=0123456789abcdef0123456789abcdef", watchword_binary(),
                                    "config", "show", "--config", file, "--threads", "3"});
    BOOST_TEST(shown.exit_code == 0, shown.errors);
    BOOST_TEST(contains(shown.output, "\"debug\"  (" + file + ", line 2: log.level)\n"), shown.output);
    BOOST_TEST(contains(shown.output, "3  (--threads)\n"));
    BOOST_TEST(contains(shown.output, "\"***\"  (WATCHWORD_SECRET)\n"));
    BOOST_TEST(!contains(shown.output, "0123456789abcdef"));
    const auto json = run_watchword({"config", "show", "--json", "--threads", "3"});
    const auto parsed = boost::json::parse(json.output);
    BOOST_TEST(parsed.at("server.threads").at("value").as_int64() == 3);
    BOOST_TEST(parsed.at("server.threads").at("origin").as_string() == "--threads");
    BOOST_TEST(parsed.at("log.level").at("origin").as_string() == "default");
}

// What bash offers behind these words.
std::string offered_by_bash(const std::string& words)
{
    const auto script = "eval \"$('" + watchword_binary() + "' completion bash)\"; compopt() { :; }; COMP_WORDS=(" +
                        words + "); COMP_WORDS[0]='" + watchword_binary() +
                        "'; COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _watchword; printf '%s ' \"${COMPREPLY[@]}\"";
    const auto done = run_program({"bash", "-c", script});
    BOOST_TEST(done.exit_code == 0, done.errors);
    return done.output;
}

BOOST_AUTO_TEST_CASE(bash_completes_commands_steps_flags_and_settings)
{
    BOOST_TEST(offered_by_bash("w us") == "user ");
    BOOST_TEST(contains(offered_by_bash("w user ''"), "import "));
    BOOST_TEST(offered_by_bash("w user dis") == "disable ");
    BOOST_TEST(offered_by_bash("w user import --dry") == "--dry-run ");
    BOOST_TEST(offered_by_bash("w serve --set http.body_by") == "http.body_bytes= ");
    BOOST_TEST(offered_by_bash("w serve --secret") == "--secret-file ");
    BOOST_TEST(run_watchword({"completion", "fish"}).exit_code == 2);
    const auto zsh = run_watchword({"completion", "zsh"});
    BOOST_TEST(zsh.output.starts_with("#compdef watchword\n"));
}

BOOST_AUTO_TEST_CASE(the_manual_names_every_command_and_setting)
{
    const auto page = run_watchword({"man"});
    BOOST_TEST(page.exit_code == 0);
    for (const auto* name :
         {".SS serve\n", ".SS user\n", ".SS config\n", ".B http.body_bytes\n", ".B WATCHWORD_SECRET\n"})
        BOOST_TEST(contains(page.output, name), name);
}

BOOST_AUTO_TEST_CASE(settings_are_checked_without_starting)
{
    const auto good = run_watchword({"config", "check", "--threads", "3"});
    BOOST_TEST(good.exit_code == 0);
    BOOST_TEST(good.output == "the settings can be used\n");
    const auto bad = run_watchword({"config", "check", "--threads", "x", "--set", "log.level=loud"});
    BOOST_TEST(bad.exit_code == 2);
    BOOST_TEST(std::count(bad.errors.begin(), bad.errors.end(), '\n') == 2);
    BOOST_TEST(contains(run_watchword({"config", "chekc"}).errors, "did you mean check?"));
}

BOOST_AUTO_TEST_CASE(the_printed_configuration_can_be_used)
{
    const temporary_directory directory;
    const auto file = directory / "watchword.json";
    const auto printed = run_watchword({"config"});
    BOOST_TEST(printed.exit_code == 0);
    write_file(file, printed.output);
    server_process server(directory.path(), {"--config", file});
    BOOST_TEST(http_client(server.address()).get("/health/live").status == 200);
}

BOOST_AUTO_TEST_CASE(every_line_of_the_log_is_a_json_object)
{
    running_server s;
    s.client.get("/nowhere");
    BOOST_TEST(s.server.stop() == 0);
    std::istringstream lines(s.server.log());
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        const auto value = boost::json::parse(line);
        for (const auto* member : {"time", "level", "message"}) BOOST_TEST(value.as_object().contains(member), line);
    }
    BOOST_TEST(count >= 3);
}

BOOST_AUTO_TEST_SUITE_END()
