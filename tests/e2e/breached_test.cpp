// `watchword breached`: what it makes of lists, what it says, what it leaves behind.
#include "command_fixture.hpp"

#include <fstream>
#include <sys/stat.h>

namespace {

using namespace watchword::test;

struct lists {
    temporary_directory directory;
    std::string list = directory / "list.txt", filter = directory / "list.txt.filter";

    finished run(std::vector<std::string> arguments, const std::vector<std::string>& wrapper = {}) const
    {
        auto all = wrapper;
        all.insert(all.end(), {watchword_binary(), "breached"});
        all.insert(all.end(), arguments.begin(), arguments.end());
        return run_program(all);
    }
    // With that on standard input.
    finished run_on(const std::string& input, const std::string& arguments) const
    {
        write_file(directory / "input", input);
        return run_program({"sh", "-c", watchword_binary() + " breached " + arguments + " < " + directory / "input"});
    }
    void write_many(int passwords) const
    {
        std::ofstream out(list);
        for (int i = 0; i < passwords; ++i) out << "number " << i << " of the list\n";
    }
    std::set<std::string> names() const
    {
        std::set<std::string> all;
        for (const auto& e : std::filesystem::directory_iterator(directory.path()))
            all.insert(e.path().filename().string());
        return all;
    }
};

// Runs it on a terminal of its own, types when it is asked, and prints what the terminal showed, how it ended, and
// whether typing is seen again.
const std::string on_a_terminal = R"(
import os, pty, sys, termios
child, terminal = pty.fork()
if child == 0:
    os.execv(sys.argv[1], [sys.argv[1], 'breached', 'check'])
shown = b''
while b'Password: ' not in shown:
    shown += os.read(terminal, 1000)
silent = not termios.tcgetattr(terminal)[3] & termios.ECHO
os.write(terminal, sys.argv[2].encode())
try:
    while more := os.read(terminal, 1000):
        shown += more
except OSError:
    pass
_, status = os.waitpid(child, 0)
seen = bool(termios.tcgetattr(terminal)[3] & termios.ECHO)
print(shown, 'silent' if silent else 'loud', 'exit', os.waitstatus_to_exitcode(status), 'seen' if seen else 'unseen')
)";

finished type_on_a_terminal(const std::string& typed)
{
    return run_program({"python3", "-c", on_a_terminal, watchword_binary(), typed});
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(breached, lists)

BOOST_AUTO_TEST_CASE(a_list_becomes_a_filter_that_tells_its_passwords)
{
    write_many(60'000);
    const auto built = run({"build", list});
    BOOST_REQUIRE_MESSAGE(built.exit_code == 0, built.errors);
    BOOST_TEST(contains(built.output, "wrote " + filter + ": 60000 passwords, "), built.output);
    BOOST_TEST(contains(built.output, " bits each, of 60000 lines with passwords (0 came again, 0 left out)"));
    BOOST_TEST(built.errors == "watchword: reading ...\nwatchword: building ...\n");
    BOOST_TEST((names() == std::set<std::string>{"list.txt", "list.txt.filter"}));

    const auto found = run_on("number 7 of the list\n", "check --filter " + filter);
    BOOST_TEST(found.exit_code == 1);
    BOOST_TEST(found.output == "breached: it is in " + filter + "\n");
    const auto other = run_on("numero 7 de la liste", "check --filter " + filter); // of 256 such one would be found
    BOOST_TEST(other.exit_code == 0, other.errors);
    BOOST_TEST(other.output == "not found\n");
    const auto by_setting = run_on("number 8 of the list\n", "check --set passwords.breached_filter=" + filter);
    BOOST_TEST(by_setting.exit_code == 1);

    const auto told = run({"info", filter});
    BOOST_TEST(told.exit_code == 0, told.errors);
    BOOST_TEST(told.output.starts_with("60000 passwords, "), told.output);
    BOOST_TEST(contains(told.output, " bits each, 1 shard\n"));
    BOOST_TEST(contains(told.output, "a look-up takes "));
}

BOOST_AUTO_TEST_CASE(a_list_of_hashes_may_come_through_a_pipe)
{
    const std::string sha1_of_password = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8";
    const auto built = run_on(sha1_of_password + ":10434004\r\nnothing\r\n", "build --output " + filter + " -");
    BOOST_REQUIRE_MESSAGE(built.exit_code == 0, built.errors);
    BOOST_TEST(contains(built.output, "1 password, "));
    BOOST_TEST(contains(built.output, "of 2 lines with SHA-1 (0 came again, 1 left out)"), built.output);
    BOOST_TEST(contains(built.errors, "watchword: line 2 is not a SHA-1 in 40 hexadecimal digits"), built.errors);
    BOOST_TEST(run_on("password", "check --filter " + filter).output == "breached: it is in " + filter + "\n");
}

BOOST_AUTO_TEST_CASE(of_many_lines_that_are_left_out_some_are_listed)
{
    std::string content = "good\n";
    for (int i = 0; i < 100; ++i) content += "\xFF\n";
    write_file(list, content);
    const auto built = run({"build", list});
    BOOST_TEST(built.exit_code == 0);
    BOOST_TEST(contains(built.output, "100 left out"));
    BOOST_TEST(contains(built.errors, "watchword: line 21 is not UTF-8, which every password is; further ones are"));
    BOOST_TEST(!contains(built.errors, "line 22"));
    const auto quiet = run({"build", "--quiet", "--force", list});
    BOOST_TEST(quiet.output + quiet.errors == "");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_done_is_said_and_leaves_nothing)
{
    write_file(list, "8846F7EAEE8FB117AD06BDD830B7586C:1\n");
    const auto ntlm = run({"build", list});
    BOOST_TEST(ntlm.exit_code == 1);
    BOOST_TEST(contains(ntlm.errors, "no filter was made: it is a list of NTLM hashes"), ntlm.errors);
    BOOST_TEST((names() == std::set<std::string>{"list.txt"}));

    write_file(list, "one\n");
    BOOST_TEST(run({"build", list}).exit_code == 0);
    const auto again = run({"build", list});
    BOOST_TEST(again.exit_code == 1);
    BOOST_TEST(contains(again.errors, "list.txt.filter: File exists"), again.errors);
    BOOST_TEST(run({"build", "--force", list}).exit_code == 0);

    const auto damaged = read_file(filter).substr(0, 80);
    write_file(filter, damaged);
    const auto told = run({"info", filter});
    BOOST_TEST(told.exit_code == 1);
    BOOST_TEST(contains(told.errors, "list.txt.filter is cut off"), told.errors);
    const auto asked = run_on("one\n", "check --filter " + filter);
    BOOST_TEST(asked.exit_code == 2);
    BOOST_TEST(contains(asked.errors, "list.txt.filter is cut off"), asked.errors);

    for (const std::vector<std::string>& wrong : {std::vector<std::string>{},
                                                  {"bild", list},
                                                  {"build"},
                                                  {"build", "-"},
                                                  {"build", "--format", "md5", list},
                                                  {"check", "password"},
                                                  {"info"}}) {
        const auto done = run(wrong);
        BOOST_TEST(done.exit_code == 2);
        BOOST_TEST(contains(done.errors, "--help"), done.errors);
    }
}

BOOST_AUTO_TEST_CASE(fingerprints_that_have_changed_are_noticed)
{
    write_many(5000);
    BOOST_TEST(run({"build", list}).exit_code == 0);
    auto content = read_file(filter);
    content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 1);
    write_file(filter, content);
    const auto told = run({"info", filter});
    BOOST_TEST(told.exit_code == 1);
    BOOST_TEST(contains(told.errors, "is damaged: build it anew"), told.errors);
}

BOOST_AUTO_TEST_CASE(a_call_that_fails_fails_the_build)
{
    write_many(5000);
    for (const auto& [calls, error, says] : {std::tuple("pwrite64", "error=ENOSPC", "No space left on device"),
                                             {"fsync", "error=EIO", "Input/output error"},
                                             {"renameat2", "error=EACCES", "Permission denied"}}) {
        const auto done = run({"build", "--quiet", list}, at_system_call(calls, error, 1));
        BOOST_TEST(done.exit_code == 1);
        BOOST_TEST(contains(done.errors, says), done.errors);
        BOOST_TEST((names() == std::set<std::string>{"list.txt"}));
    }
}

BOOST_AUTO_TEST_CASE(interrupted_it_says_so_and_leaves_nothing)
{
    write_many(500'000);
    for (const int signal : {SIGTERM, SIGINT}) {
        held_program building({watchword_binary(), "breached", "build", "--quiet", list}, "fadvise64", 1);
        ::kill(building.id(), signal);
        building.go_on();
        BOOST_TEST(building.wait() == 1);
        BOOST_TEST(contains(building.output().errors(), "no filter was made: stopped before it was done\n"));
        BOOST_TEST((names() == std::set<std::string>{"list.txt"}));
    }
    // A pipe that nobody writes into does not hold it.
    const auto pipe = directory / "pipe";
    BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    process waiting(
        {"sh", "-c",
         "exec 3<>" + pipe + "; exec " + watchword_binary() + " breached build --output " + filter + " - <&3"});
    BOOST_REQUIRE(waiting.await_error_line("reading ...", std::chrono::seconds(20)).has_value());
    waiting.signal(SIGINT);
    BOOST_TEST(waiting.wait() == 1);
    BOOST_TEST(contains(waiting.errors(), "no filter was made: stopped before it was done\n"), waiting.errors());
}

BOOST_AUTO_TEST_CASE(a_password_is_not_seen_on_a_terminal)
{
    const auto common = type_on_a_terminal("P@ssw0rd2024\n");
    BOOST_TEST(contains(common.output, "Password: "), common.errors);
    BOOST_TEST(contains(common.output, "common: it is, or is like, one that many people choose"), common.output);
    BOOST_TEST(contains(common.output, " silent exit 1 seen"), common.output);
    BOOST_TEST(!contains(common.output, "P@ssw0rd2024"));

    const auto interrupted = type_on_a_terminal("half a pass\x03");
    BOOST_TEST(contains(interrupted.output, " silent exit -2 seen"), interrupted.output);
    BOOST_TEST(!contains(interrupted.output, "half"));
}

BOOST_AUTO_TEST_CASE(what_is_no_password_cannot_be_told)
{
    for (const std::string& input : {std::string(), std::string("\nsecond line"), std::string(1025, 'x')}) {
        const auto done = run_on(input, "check");
        BOOST_TEST(done.exit_code == 2);
        BOOST_TEST(!contains(done.errors, "xxx"));
    }
    BOOST_TEST(run_on(std::string(1024, 'x') + "\n", "check").exit_code == 1); // a habit of hands
}

BOOST_AUTO_TEST_SUITE_END()
