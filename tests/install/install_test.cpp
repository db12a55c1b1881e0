// What is installed serves a program of somebody else: it is found, compiled, run and asked.
#include "support/http_client.hpp"
#include "support/paths.hpp"
#include "support/process.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>
#include <thread>

namespace {

using namespace watchword::test;

void run(const std::vector<std::string>& command)
{
    const auto done = run_program(command, {}, std::chrono::minutes(10));
    BOOST_REQUIRE_MESSAGE(done.exit_code == 0, command.front() + " " + command[1] + ": " + done.output + done.errors);
}

// The address behind "listening on ".
std::string await_address(const process& child)
{
    const std::string mark = "listening on ";
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < limit) {
        const auto text = child.output();
        const auto begin = text.find(mark), end = text.find('\n', begin);
        if (begin != text.npos && end != text.npos) return text.substr(begin + mark.size(), end - begin - mark.size());
        std::this_thread::yield();
    }
    throw std::runtime_error("the consumer does not listen; it wrote: " + child.errors());
}

// The consumer, compiled with nothing but what is installed.
struct installed_consumer {
    temporary_directory directory;
    std::string prefix = directory / "prefix", program = directory / "build/todo";

    installed_consumer()
    {
        run({CMAKE_PROGRAM, "--install", built_file(""), "--prefix", prefix});
        run({CMAKE_PROGRAM, "-S", source_file("tests/consumer"), "-B", directory / "build",
             "-DCMAKE_CXX_COMPILER=" CXX_PROGRAM, "-DCMAKE_BUILD_TYPE=Release",
             "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror", "-DCMAKE_PREFIX_PATH=" + prefix});
        run({CMAKE_PROGRAM, "--build", directory / "build"});
    }
};

name_values bearer(const std::string& token)
{
    return {{"Authorization", "Bearer " + token}};
}

void check_tokens(http_client& client)
{
    BOOST_TEST(client.exchange("GET", "/todos", bearer("right-token")).body == "[]");
    for (const auto& headers : {name_values{}, bearer("wrong-token"), bearer("right-toke"), bearer("right-token2"),
                                name_values{{"Authorization", "right-token"}}}) {
        const auto refused = client.exchange("GET", "/todos", headers);
        BOOST_TEST(refused.status == 401);
        BOOST_TEST(refused.header("WWW-Authenticate") == "Bearer");
        BOOST_TEST(client.exchange("POST", "/todos", headers, R"({"text":"spy"})").status == 401);
    }
    BOOST_TEST(client.exchange("GET", "/nowhere").status == 401);
    BOOST_TEST(client.exchange("GET", "/nowhere", bearer("right-token")).status == 404);
}

} // namespace

BOOST_AUTO_TEST_SUITE(installed)

BOOST_AUTO_TEST_CASE(the_libraries_serve_a_program_of_somebody_else)
{
    const installed_consumer built;
    const auto database = built.directory / "todo.db";
    {
        process child({built.program, "127.0.0.1:0", database, "right-token"});
        http_client client(await_address(child));
        check_tokens(client);
        const auto right = bearer("right-token");
        const auto added = client.exchange("POST", "/todos", right, R"({"text":"buy milk"})");
        BOOST_TEST(added.status == 201);
        BOOST_TEST(added.body == R"({"id":1,"text":"buy milk"})");
        BOOST_TEST(client.exchange("POST", "/todos", right, R"({"text":"buy milk"})").status == 409);
        BOOST_TEST(client.exchange("POST", "/todos", right, R"({"text":7})").status == 400);
        BOOST_TEST(client.exchange("POST", "/todos", right, "{").status == 400);
        child.signal(SIGTERM);
        BOOST_TEST(child.wait() == 0, child.errors());
    }
    process child({built.program, "127.0.0.1:0", database, "right-token"});
    http_client client(await_address(child));
    BOOST_TEST(client.exchange("GET", "/todos", bearer("right-token")).body == R"([{"id":1,"text":"buy milk"}])");
    child.signal(SIGTERM);
    BOOST_TEST(child.wait() == 0, child.errors());
}

BOOST_AUTO_TEST_CASE(the_program_is_installed_and_precompiled_headers_are_not)
{
    const temporary_directory directory;
    const std::string prefix = directory / "prefix";
    run({CMAKE_PROGRAM, "--install", built_file(""), "--prefix", prefix});
    BOOST_TEST(run_program({prefix + "/bin/watchword", "--version"}).exit_code == 0);
    BOOST_TEST(std::filesystem::exists(prefix + "/include/watchword/http/router.hpp"));
    for (const auto& each : std::filesystem::recursive_directory_iterator(prefix))
        BOOST_TEST(each.path().filename().string().find("pch") == std::string::npos, each.path());
}

BOOST_AUTO_TEST_SUITE_END()
