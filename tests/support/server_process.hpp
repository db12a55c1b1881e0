#pragma once

#include "support/process.hpp"

#include <filesystem>

namespace watchword::test {

// The program under test: WATCHWORD_BINARY of the environment, else the one built with the tests.
std::string watchword_binary();

// The addresses that a JSON line of the log says are listened at.
std::string listen_in(const std::string& log_line);

// A running `watchword serve` on a free port, on the database watchword.db in a directory, which a later server can be
// started on again; without limits for clients, unless an argument sets one of limits.*. One thread.
class server_process {
public:
    // Returns when the server is ready; std::runtime_error with what it wrote if it ends before, or takes too long.
    // Arguments come last, so that a --database or --listen among them counts too. `wrapper`: a command that executes
    // the one it is given after its own arguments, as `env` does.
    explicit server_process(const std::filesystem::path& directory, const std::vector<std::string>& arguments = {},
                            const environment& more = {}, const std::vector<std::string>& wrapper = {});
    // Stops it as stop() does.
    ~server_process();

    // ADDRESS:PORT of each --listen.
    const std::vector<std::string>& addresses() const noexcept { return addresses_; }
    const std::string& address() const { return addresses_.at(0); }

    process& child() noexcept { return child_; }
    // SIGTERM, then the exit code. Throws if it has not ended in time; it is killed then.
    int stop();
    // As if the machine had died.
    void kill();
    // What it has written so far; after stop(), everything: its log, and what it tells people.
    std::string log() const { return child_.errors(); }
    std::string output() const { return child_.output(); }

private:
    process child_;
    std::vector<std::string> addresses_;
    bool stopped_ = false;
};

} // namespace watchword::test
