// `watchword hash`: what it says of a machine, and of single hashes.
#include "command_fixture.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

namespace {

using namespace watchword::test;

finished run_hash(std::vector<std::string> arguments)
{
    arguments.insert(arguments.begin(), {watchword_binary(), "hash"});
    return run_program(arguments, {}, at_most(std::chrono::seconds(120)));
}

struct typed_input {
    temporary_directory directory;

    // With that on standard input; the shell takes the arguments apart.
    finished run_on(const std::string& input, const std::string& arguments) const
    {
        write_file(directory / "input", input);
        return run_program({"sh", "-c", watchword_binary() + " hash " + arguments + " < " + directory / "input"});
    }
};

// Python's hashlib, 1,000 rounds, of "pw".
const std::string flask_hash = "pbkdf2:sha1:1000$ogdvbzDp$1e6d7ec093158617864665fce4db59879493bc36";

boost::json::object calibrate(std::vector<std::string> arguments)
{
    arguments.insert(arguments.begin(), {"calibrate", "--json", "--quiet"});
    const auto done = run_hash(arguments);
    BOOST_REQUIRE_MESSAGE(done.exit_code == 0, done.errors);
    BOOST_TEST(done.errors == "");
    return boost::json::parse(done.output).as_object();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(hash_command, typed_input)

BOOST_AUTO_TEST_CASE(what_it_proposes_was_measured_and_stays_within_the_target)
{
    const auto found = calibrate({"--target", "10s", "--threads", "1", "--memory", "19MiB"});
    BOOST_TEST(found.at("within_target").as_bool());
    BOOST_TEST(found.at("target_ms").as_int64() == 10'000);
    BOOST_TEST(found.at("threads").as_int64() == 1);
    BOOST_TEST(found.at("engine").as_string() != "automatic");
    const auto& proposed = found.at("proposed").as_object();
    BOOST_TEST(proposed.at("memory_kib").to_number<int>() == 19456); // as much as it may have
    BOOST_TEST(proposed.at("passes").to_number<int>() > 3);
    BOOST_TEST(proposed.at("busy_ms").to_number<double>() <= 10'000);
    const auto& choices = found.at("choices").as_array();
    BOOST_TEST(choices.size() >= 3u);
    BOOST_TEST(choices.at(0).at("passes").to_number<int>() == 2);
    for (const auto& each : choices) {
        BOOST_TEST(each.at("alone_ms").to_number<double>() > 0);
        BOOST_TEST(each.at("alone_cpu_ms").to_number<double>() > 0);
        BOOST_TEST(each.at("logins_per_second").to_number<double>() > 0);
        BOOST_TEST(each.at("memory_bytes").to_number<int>() == 19456 * 1024);
    }
}

BOOST_AUTO_TEST_CASE(less_than_the_minimum_is_never_proposed)
{
    const auto done = run_hash({"calibrate", "--target", "1ms", "--engine", "portable", "--threads", "2"});
    BOOST_TEST(done.exit_code == 0, done.errors);
    BOOST_TEST(contains(done.errors, "watchword: measuring 19 MiB in 2 passes ..."), done.errors);
    BOOST_TEST(contains(done.output, "Argon2id by portable on 2 threads, target 1ms while all are busy"), done.output);
    BOOST_TEST(contains(done.output, "Even OWASP's minimum takes longer than the target here."), done.output);
    BOOST_TEST(contains(done.output, "\"passwords\": {\"memory_kib\": 19456, \"passes\": 2}"), done.output);
    BOOST_TEST(contains(done.output, "--set passwords.memory_kib=19456 --set passwords.passes=2"), done.output);
    BOOST_TEST(contains(done.output, "38.0 MiB  <- proposed"), done.output);

    const auto told = calibrate({"--target=1ms", "--set", "passwords.threads=2", "--set=passwords.engine=portable"});
    BOOST_TEST(!told.at("within_target").as_bool());
    BOOST_TEST(told.at("threads").as_int64() == 2);
    BOOST_TEST(told.at("engine").as_string() == "portable");
}

BOOST_AUTO_TEST_CASE(a_server_takes_the_line_that_is_printed)
{
    const auto done = run_hash({"calibrate", "--target", "1ms", "--quiet"});
    BOOST_REQUIRE(done.exit_code == 0);
    const auto at = done.output.find("\"passwords\"");
    BOOST_REQUIRE(at != std::string::npos);
    const auto row = done.output.substr(at, done.output.find('\n', at) - at);
    write_file(directory / "settings.json", "{" + row + "}");
    server_process server(directory.path(), {"--config", directory / "settings.json"});
    http_client client(server.address());
    BOOST_TEST(client.form_post("/signup", registration("a@b.test")).status == 201);
    BOOST_TEST(server.stop() == 0);
    const auto stored = query_sqlite(directory / "watchword.db", "SELECT password FROM user");
    BOOST_TEST(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), stored);
}

BOOST_AUTO_TEST_CASE(interrupted_it_says_so)
{
    process running({watchword_binary(), "hash", "calibrate", "--target", "10s"});
    BOOST_REQUIRE(running.await_error_line("measuring 19 MiB in 2 passes ...").has_value());
    running.signal(SIGINT);
    BOOST_TEST(running.wait() == 1);
    BOOST_TEST(contains(running.errors(), "stopped before it was done"), running.errors());
    BOOST_TEST(running.output() == "");
}

BOOST_AUTO_TEST_CASE(a_hash_is_made_as_the_server_makes_it_and_is_verified)
{
    const auto made = run_on("pass word\n", "password --set passwords.memory_kib=64 --set passwords.passes=1");
    BOOST_REQUIRE_MESSAGE(made.exit_code == 0, made.errors);
    BOOST_TEST(made.output.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), made.output);
    BOOST_TEST(made.output.back() == '\n');
    BOOST_TEST(made.errors == "");
    const auto quoted = "'" + made.output.substr(0, made.output.size() - 1) + "'";

    const auto same = run_on("pass word", "verify --set passwords.memory_kib=64 --set passwords.passes=1 " + quoted);
    BOOST_TEST(same.exit_code == 0, same.errors);
    BOOST_TEST(same.output == "match\n");
    const auto outdated = run_on("pass word", "verify " + quoted);
    BOOST_TEST(outdated.exit_code == 0);
    BOOST_TEST(outdated.output == "match, to be renewed at the next log-in (passwords.rehash)\n");
    const auto other = run_on("pass  word", "verify " + quoted);
    BOOST_TEST(other.exit_code == 1);
    BOOST_TEST(other.output == "no match\n");
    BOOST_TEST(run_on("pw", "verify '" + flask_hash + "'").exit_code == 0);

    // As if they had signed up with it.
    const temporary_directory home;
    server_process(home.path()).stop();
    query_sqlite(home / "watchword.db", "INSERT INTO user (public_id, name, email, password) VALUES "
                                        "('id', 'Ann', 'a@b.test', " +
                                            quoted + ")");
    server_process server(home.path());
    http_client client(server.address());
    token_of(client.form_post("/login", credentials("a@b.test", "pass word")));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_told_or_made_is_said)
{
    for (const auto& [stored, why] : {std::pair("plain", "the hash is of no known format"),
                                      std::pair("$argon2id$v=19$m=64,t=1,p=1$AAAA", "the hash is malformed"),
                                      std::pair("$argon2id$v=19$m=262145,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                                                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                                "the hash costs more than")}) {
        const auto done = run_on("pw", "verify '" + std::string(stored) + "'");
        BOOST_TEST(done.exit_code == 2, stored);
        BOOST_TEST(contains(done.errors, why), done.errors);
        BOOST_TEST(done.output == "");
    }
    BOOST_TEST(run_on("", "verify '" + flask_hash + "'").exit_code == 2);
    BOOST_TEST(run_on("", "password").exit_code == 1);
    BOOST_TEST(contains(run_on("caf\xE9", "password").errors, "not UTF-8"));
    BOOST_TEST(contains(run_on("pw", "password --set passwords.passes=54").errors, "passwords.passes"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_understood_is_refused)
{
    for (const std::vector<std::string>& wrong : {std::vector<std::string>{},
                                                  {"calibrat"},
                                                  {"calibrate", "25ms"},
                                                  {"calibrate", "--target"},
                                                  {"calibrate", "--target", "0"},
                                                  {"calibrate", "--target", "11s"},
                                                  {"calibrate", "--memory", "18MiB"},
                                                  {"calibrate", "--memory", "257MiB"},
                                                  {"calibrate", "--threads", "many"},
                                                  {"calibrate", "--engine", "sse9"},
                                                  {"password", "pw"},
                                                  {"verify"}}) {
        const auto done = run_hash(wrong);
        BOOST_TEST(done.exit_code == 2);
        BOOST_TEST(!done.errors.empty());
        BOOST_TEST(done.output == "");
    }
    BOOST_TEST(contains(run_hash({"calibrat"}).errors, "did you mean calibrate?"));
    BOOST_TEST(
        contains(run_hash({"calibrate", "--engine", "sse9"}).errors, "--engine must be one of automatic, avx512"));
    const auto help = run_hash({"calibrate", "--help"});
    BOOST_TEST(help.exit_code == 0);
    BOOST_TEST(contains(help.output, "--target TIME"));
    BOOST_TEST(contains(run_hash({"--help"}).output, "watchword hash verify"));
    BOOST_TEST(contains(run_program({watchword_binary(), "--help"}).output, "\n  hash "));
}

BOOST_AUTO_TEST_SUITE_END()
