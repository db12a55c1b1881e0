// The examples of the READMEs do what they say.
#include "support/http_client.hpp"
#include "support/paths.hpp"
#include "support/process.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <thread>

namespace {

using namespace watchword::test;

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
    throw std::runtime_error("the example does not listen; it wrote: " + child.errors());
}

} // namespace

BOOST_AUTO_TEST_SUITE(examples)

BOOST_AUTO_TEST_CASE(the_http_server_answers_and_stops)
{
    process child({built_file("tests/example_http"), "127.0.0.1:0"});
    http_client client(await_address(child));
    BOOST_TEST(client.get("/hello/Ada%20L").body == "Hello, Ada L!\n");
    const auto note = client.form_post("/notes", {{"text", "remember"}});
    BOOST_TEST(note.status == 201);
    BOOST_TEST(note.body == "remember");
    BOOST_TEST(note.header("Cache-Control") == "no-store");
    BOOST_TEST(client.form_post("/notes", {{"txt", "x"}}).status == 400);
    BOOST_TEST(client.get("/notes").status == 405);
    BOOST_TEST(client.get("/nowhere").status == 404);
    child.signal(SIGTERM);
    BOOST_TEST(child.wait() == 0);
}

BOOST_AUTO_TEST_CASE(the_store_keeps_notes)
{
    const temporary_directory d;
    const auto database = "sqlite:" + (d / "notes.db");
    const auto first = run_program({built_file("tests/example_store"), database, "buy milk", "call Ann"});
    BOOST_TEST(first.exit_code == 0);
    BOOST_TEST(first.output == "note 1: buy milk\nnote 2: call Ann\n");
    BOOST_TEST(run_program({built_file("tests/example_store"), database, "buy milk"}).output ==
               "note 1: buy milk\n"); // known already
    BOOST_TEST(run_program({built_file("tests/example_store"), database, "sleep"}).output == "note 3: sleep\n");
    BOOST_TEST(
        run_program({built_file("tests/example_store"), "sqlite:" + (d / "no/such/directory.db"), "x"}).exit_code != 0);
}

BOOST_AUTO_TEST_SUITE_END()
