#pragma once

#include "support/test_form.hpp"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <thread>
#include <vector>

namespace watchword::test {

using environment = std::map<std::string, std::string>;

// A child process whose standard output and error are kept. Standard input is /dev/null. Of this program's environment
// it gets everything but WATCHWORD_*, which would change what is tested, and `more`.
// Thread-safe, but for wait(), which one thread calls. Members throw std::runtime_error.
class process {
public:
    // The first argument is the program, found along PATH.
    explicit process(const std::vector<std::string>& arguments, const environment& more = {});
    // Kills it, if it still runs.
    ~process();
    process(const process&) = delete;
    process& operator=(const process&) = delete;

    ::pid_t id() const noexcept { return id_; }
    void signal(int number) const;
    // The exit code, or 128 + the signal that ended it. It is killed if the time is over, and the call throws.
    int wait(std::chrono::seconds limit = at_most(std::chrono::seconds(60)));

    // What was written so far; after wait(), everything.
    std::string output() const;
    std::string errors() const;
    // Waits for a line of standard error that holds `part`; nothing if it ends, or the time is over, before.
    std::optional<std::string> await_error_line(std::string_view part,
                                                std::chrono::seconds limit = at_most(std::chrono::seconds(30))) const;

private:
    void read_pipes();

    ::pid_t id_ = -1;
    int handle_ = -1; // a pidfd
    int pipes_[2] = {-1, -1};
    std::optional<int> exit_code_;
    mutable std::mutex mutex_; // guards texts_ and ended_
    mutable std::condition_variable changed_;
    std::string texts_[2];
    bool ended_ = false;
    std::thread reader_;
};

struct finished {
    int exit_code = 0;
    std::string output, errors;
};
// Runs a program to its end.
finished run_program(const std::vector<std::string>& arguments, const environment& more = {},
                     std::chrono::seconds limit = at_most(std::chrono::seconds(60)));

} // namespace watchword::test
