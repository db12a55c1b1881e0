#pragma once

#include "e2e_fixture.hpp"
#include "support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <set>
#include <sstream>

// What the tests of `watchword backup`, `restore` and `check` share.
namespace watchword::test {

// A directory with a database that no server has open, of many users nobody can log in as.
struct command_fixture {
    temporary_directory directory;
    std::string file = directory / "watchword.db", copy = directory / "copy.db";

    explicit command_fixture(int users = 10)
    {
        server_process(directory.path()).stop(); // makes the tables
        add("first", users);
    }

    void add(const std::string& prefix, int users) const
    {
        query_sqlite(file, "WITH RECURSIVE n(i) AS (SELECT " + std::to_string(users) +
                               " UNION ALL SELECT i - 1 FROM n WHERE i > 1) "
                               "INSERT INTO user (public_id, name, email, password) SELECT '" +
                               prefix + "' || i, hex(zeroblob(60)), '" + prefix + "' || i || '@b.test', 'x' FROM n");
    }

    // `watchword NAME --database sqlite:FILE ...`. `wrapper`: as of server_process.
    finished run(const std::string& name, std::vector<std::string> more, const std::vector<std::string>& wrapper = {},
                 std::chrono::seconds limit = std::chrono::seconds(60)) const
    {
        auto all = wrapper;
        all.insert(all.end(), {watchword_binary(), name, "--database", "sqlite:" + file});
        all.insert(all.end(), more.begin(), more.end());
        return run_program(all, {}, limit);
    }

    // Of those in the directory that begin so, the names without it; each followed by a space, in order.
    std::string names(const std::string& start) const
    {
        std::set<std::string> all;
        for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
            const auto name = entry.path().filename().string();
            if (name.starts_with(start)) all.insert(name.substr(start.size()));
        }
        std::string text;
        for (const auto& name : all) text += name + " ";
        return text;
    }
};

// LeakSanitizer cannot look at a process that is traced.
inline const std::string no_leak_check = "ASAN_OPTIONS=detect_leaks=0";

// Runs what follows it under strace, which does something at the `when`th of these system calls.
inline std::vector<std::string> at_system_call(const std::string& calls, const std::string& what, int when)
{
    return {"strace",
            "-f",
            "-qq",
            "-E",
            no_leak_check,
            "-o",
            "/dev/null",
            "-e",
            "trace=" + calls,
            "-e",
            "inject=" + calls + ":" + what + ":when=" + std::to_string(when)};
}

// A program that stands still at such a call until it is told to go on.
class held_program {
public:
    held_program(const std::vector<std::string>& command, const std::string& call, int when)
        : strace_(under_strace(command, call, when))
    {
        BOOST_REQUIRE(strace_.await_error_line("stopped by SIGSTOP").has_value());
        const auto id = std::to_string(strace_.id());
        std::istringstream(read_file("/proc/" + id + "/task/" + id + "/children")) >> child_;
    }
    ~held_program()
    {
        if (!ended_ && child_ > 0) ::kill(child_, SIGKILL);
    }
    held_program(const held_program&) = delete;
    held_program& operator=(const held_program&) = delete;

    ::pid_t id() const noexcept { return child_; }
    void go_on() { ::kill(child_, SIGCONT); }
    int wait()
    {
        const int code = strace_.wait();
        ended_ = true;
        return code;
    }
    const process& output() const { return strace_; }

private:
    static std::vector<std::string> under_strace(const std::vector<std::string>& command, const std::string& call,
                                                 int when)
    {
        std::vector<std::string> all{"strace",
                                     "-E",
                                     no_leak_check,
                                     "-f",
                                     "-qq",
                                     "-e",
                                     "trace=" + call,
                                     "-e",
                                     "inject=" + call + ":signal=STOP:when=" + std::to_string(when)};
        all.insert(all.end(), command.begin(), command.end());
        return all;
    }

    process strace_;
    ::pid_t child_ = 0;
    bool ended_ = false;
};

} // namespace watchword::test
