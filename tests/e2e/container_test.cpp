// What a container's platform expects of its only process: its log, its port, its signals.
#include "e2e_fixture.hpp"
#include "support/process_memory.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fstream>
#include <sstream>
#include <sys/stat.h>

namespace {

using namespace watchword::test;

// `watchword ...` as process 1 of a namespace of its own.
class first_process {
public:
    first_process(std::vector<std::string> arguments, const environment& more)
        : unshare_(under_unshare(std::move(arguments)), more)
    {}

    bool writes(const std::string& part) const
    {
        return comes_true([&] { return contains(unshare_.output() + unshare_.errors(), part); });
    }
    // To the process in the namespace; `unshare` ends with its exit code.
    int end_by(int number)
    {
        BOOST_REQUIRE(comes_true([&] { return child() > 0; }));
        ::kill(child(), number);
        return unshare_.wait();
    }
    std::string output() const { return unshare_.output(); }

private:
    static std::vector<std::string> under_unshare(std::vector<std::string> arguments)
    {
        arguments.insert(arguments.begin(), {"unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc",
                                             "--kill-child", watchword_binary()});
        return arguments;
    }
    ::pid_t child() const
    {
        const auto id = std::to_string(unshare_.id());
        ::pid_t found = 0;
        std::ifstream("/proc/" + id + "/task/" + id + "/children") >> found;
        return found;
    }

    process unshare_;
};

bool may_unshare()
{
    const auto tried = run_program({"unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "true"});
    if (tried.exit_code != 0) BOOST_TEST_MESSAGE("skipped: no namespaces here: " << tried.errors);
    return tried.exit_code == 0;
}

environment as_container(const temporary_directory& directory, const std::string& listen = "127.0.0.1:0")
{
    environment all{{"WATCHWORD_LISTEN", listen},
                    {"WATCHWORD_DATABASE", "sqlite:" + (directory / "watchword.db")},
                    {"WATCHWORD_LOG_OUTPUT", "stdout"},
                    {"WATCHWORD_LOG_FORMAT", "json"}};
    if (!may_read_all_memory()) all.emplace("WATCHWORD_SERVER_CORE_DUMPS", "true");
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(containers)

BOOST_AUTO_TEST_CASE(all_of_standard_output_is_the_log_with_the_link_in_a_field)
{
    const temporary_directory directory;
    process server({watchword_binary(), "serve"}, as_container(directory));
    BOOST_REQUIRE(comes_true([&] { return contains(server.output(), "\"link\""); }));
    server.signal(SIGTERM);
    BOOST_TEST(server.wait() == 0);
    BOOST_TEST(server.errors() == "");
    std::istringstream lines(server.output());
    std::string address, link;
    for (std::string line; std::getline(lines, line);) {
        const auto event = boost::json::parse(line).as_object(); // every single one
        BOOST_TEST(event.contains("time"));
        if (event.at("message") == "ready") address = event.at("listen").as_string();
        if (event.contains("link")) link = event.at("link").as_string();
    }
    const auto start = "http://" + address + "/console/setup?token=";
    BOOST_TEST(link.starts_with(start), link);
    BOOST_TEST(link.size() == start.size() + 43);
}

BOOST_AUTO_TEST_CASE(a_log_without_warnings_does_not_take_the_link_away)
{
    const temporary_directory directory;
    auto settings = as_container(directory);
    settings["WATCHWORD_LOG_LEVEL"] = "error";
    process server({watchword_binary(), "serve"}, settings);
    BOOST_TEST(comes_true([&] { return contains(server.output(), "/console/setup?token="); }));
    server.signal(SIGTERM);
    BOOST_TEST(server.wait() == 0);
}

BOOST_AUTO_TEST_CASE(a_platforms_port_holds_until_somebody_says_otherwise)
{
    const auto shown = [](const std::vector<std::string>& flags, const environment& more) {
        std::vector<std::string> all{watchword_binary(), "config", "show"};
        all.insert(all.end(), flags.begin(), flags.end());
        const auto done = run_program(all, more);
        return (done.output + done.errors).substr(0, (done.output + done.errors).find('\n'));
    };
    BOOST_TEST(contains(shown({}, {{"PORT", "8080"}}), "[\"0.0.0.0:8080\"]  (PORT)"));
    BOOST_TEST(contains(shown({}, {{"PORT", ""}}), "127.0.0.1:5000"));
    BOOST_TEST(contains(shown({}, {{"PORT", "8080"}, {"WATCHWORD_LISTEN", "[::]:1"}}), "(WATCHWORD_LISTEN)"));
    BOOST_TEST(contains(shown({"--listen", "[::]:2"}, {{"PORT", "8080"}}), "(--listen)"));
    for (const auto* bad : {"0", "65536", "http", "8080 ", "-1"})
        BOOST_TEST(contains(shown({}, {{"PORT", bad}}), "PORT: must be a port from 1 to 65535"), bad);
}

BOOST_AUTO_TEST_CASE(the_first_process_obeys_signals_while_it_serves)
{
    if (!may_unshare()) return;
    for (const int number : {SIGTERM, SIGINT}) {
        const temporary_directory directory;
        first_process server({"serve"}, as_container(directory));
        BOOST_REQUIRE(server.writes("\"ready\""));
        BOOST_TEST(server.end_by(number) == 0);
        BOOST_TEST(contains(server.output(), "\"stopped\""));
    }
}

BOOST_AUTO_TEST_CASE(the_first_process_obeys_signals_before_it_serves)
{
    if (!may_unshare()) return;
    const temporary_directory directory;
    // A start that waits: its settings come from a pipe into which nobody writes.
    const auto pipe = directory / "settings";
    BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    for (const auto& [number, code] : {std::pair(SIGTERM, 128 + SIGTERM), {SIGINT, 128 + SIGINT}}) {
        first_process server({"serve", "--config", pipe}, {});
        // Opened once the server reads it, and held open.
        const process writer({"sh", "-c", "exec 3>\"$1\" && echo opened >&2 && exec sleep 60", "sh", pipe});
        BOOST_REQUIRE(writer.await_error_line("opened").has_value());
        BOOST_TEST(server.end_by(number) == code);
    }
}

BOOST_AUTO_TEST_SUITE_END()
