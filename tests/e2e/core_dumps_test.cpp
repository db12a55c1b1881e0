// server.core_dumps: who may see the memory of the server.
#include "e2e_fixture.hpp"
#include "support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <sstream>
#include <unistd.h>

namespace {

using namespace watchword::test;

constexpr ::uid_t nobody = 65534;
const std::vector<std::string> allowed{"--set", "server.core_dumps=true"};
const std::vector<std::string> forbidden{"--set", "server.core_dumps=false"};

// Runs a command as a user who is not root, if we are.
std::vector<std::string> as_user()
{
    if (::geteuid() != 0) return {};
    return {"setpriv", "--reuid=" + std::to_string(nobody), "--regid=" + std::to_string(nobody), "--clear-groups",
            "--inh-caps=-all"};
}

std::vector<std::string> join(std::vector<std::string> first, const std::vector<std::string>& then)
{
    first.insert(first.end(), then.begin(), then.end());
    return first;
}

// Why a test is left out; empty if it is not.
boost::test_tools::assertion_result unless(const std::string& reason)
{
    boost::test_tools::assertion_result result(reason.empty());
    result.message() << reason;
    return result;
}

boost::test_tools::assertion_result can_be_another_user(boost::unit_test::test_unit_id)
{
    if (::geteuid() != 0) return unless("");
    try {
        const auto tried = run_program(join(as_user(), {watchword_binary(), "--version"}));
        return unless(tried.exit_code == 0 ? "" : "nobody may not run the server here: " + tried.errors);
    } catch (const std::runtime_error& e) {
        return unless(e.what());
    }
}

boost::test_tools::assertion_result dumps_are_files(boost::unit_test::test_unit_id)
{
    const auto pattern = read_file("/proc/sys/kernel/core_pattern");
    if (pattern.find_first_of("|/") != pattern.npos) return unless("core dumps go elsewhere: " + pattern);
    if (is_sanitized) return unless("sanitizers forbid dumps themselves");
    const auto tried = run_program({"sh", "-c", "ulimit -c unlimited"});
    return unless(tried.exit_code == 0 ? "" : "core dumps are limited here");
}

// Where nobody can keep a database.
struct shared_directory : temporary_directory {
    shared_directory()
    {
        if (::geteuid() == 0) BOOST_REQUIRE(::chown(path().c_str(), nobody, nobody) == 0);
    }
};

// Of those in /proc of the server that another program of its user can read, and that tell of its memory.
std::string what_its_user_reads(::pid_t server)
{
    std::string read;
    for (const std::string name : {"maps", "environ", "auxv", "smaps_rollup"}) {
        const auto file = "/proc/" + std::to_string(server) + "/" + name;
        if (run_program(join(as_user(), {"cat", file})).exit_code == 0) read += name + " ";
    }
    return read;
}

// How many dumps there are of a server that somebody has ended by SIGABRT.
int dumps_after_an_abort(const std::vector<std::string>& arguments)
{
    const temporary_directory directory;
    const auto script = "cd '" + directory.path().string() + "' && ulimit -c unlimited && exec \"$@\"";
    server_process server(directory.path(), arguments, {}, {"sh", "-c", script, "sh"});
    http_client client(server.address());
    BOOST_TEST(client.form_post("/signup", registration("a@b.test")).status == 201);
    server.child().signal(SIGABRT);
    BOOST_TEST(server.child().wait() == 128 + SIGABRT);
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
        count += entry.path().filename().string().starts_with("watchword.db") ? 0 : 1;
    return count;
}

// Soft and hard.
std::string core_limits(::pid_t process)
{
    const std::string title = "Max core file size";
    const auto all = read_file("/proc/" + std::to_string(process) + "/limits");
    std::istringstream fields(all.substr(all.find(title) + title.size()));
    std::string soft, hard;
    fields >> soft >> hard;
    return soft + " " + hard;
}

} // namespace

BOOST_AUTO_TEST_SUITE(core_dumps)

BOOST_AUTO_TEST_CASE(by_default_there_can_be_none)
{
    const temporary_directory directory;
    server_process server(directory.path(), forbidden);
    BOOST_TEST(core_limits(server.child().id()) == "0 0");
    BOOST_TEST(server.stop() == 0);
    BOOST_TEST(!contains(server.log(), "core dumps"));
}

BOOST_AUTO_TEST_CASE(other_programs_of_its_user_see_nothing_unless_they_may,
                     *boost::unit_test::precondition(can_be_another_user))
{
    {
        const shared_directory directory;
        server_process server(directory.path(), forbidden, {}, as_user());
        BOOST_TEST(what_its_user_reads(server.child().id()) == "");
        http_client client(server.address()); // which does not hinder it
        BOOST_TEST(client.form_post("/signup", registration("a@b.test")).status == 201);
        token_of(client.form_post("/login", credentials("a@b.test")));
        BOOST_TEST(server.stop() == 0);
    }
    const shared_directory directory;
    server_process server(directory.path(), allowed, {}, as_user());
    BOOST_TEST(what_its_user_reads(server.child().id()) == "maps environ auxv smaps_rollup ");
}

BOOST_AUTO_TEST_CASE(an_abort_leaves_none_unless_it_may, *boost::unit_test::precondition(dumps_are_files))
{
    BOOST_TEST(dumps_after_an_abort(forbidden) == 0);
    BOOST_TEST(dumps_after_an_abort(allowed) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
