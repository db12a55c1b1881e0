#pragma once

#include "ledger_clients.hpp"

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

// A service whose program is replaced under its clients: `serve --takeover`, and SIGUSR2.
namespace watchword::test {

// What a service manager hears of a service: sd_notify(3). Members throw std::runtime_error. One thread.
class notify_socket {
public:
    explicit notify_socket(std::string path);
    ~notify_socket();
    notify_socket(const notify_socket&) = delete;
    notify_socket& operator=(const notify_socket&) = delete;

    const std::string& path() const { return path_; }
    // Waits for the next message that holds `part`.
    std::string await(std::string_view part);
    // Of the process that is ready next.
    ::pid_t await_ready();

private:
    const std::string path_;
    int socket_ = -1;
};

// A program on the disk, whose place another version of it can take.
struct installed_program {
    temporary_directory directory;
    std::string path = directory / "watchword";

    installed_program() { replace(); }
    void replace() const;
};

struct service {
    temporary_directory directory;
    std::string listen = "127.0.0.1:0", address; // what they are told; where the first one has come to listen
    std::string control = directory / "control.sock";
    notify_socket manager{directory / "notify.sock"};
    std::string program = watchword_binary();
    std::string database = "sqlite:" + (directory / "watchword.db");
    std::vector<std::string> arguments; // of each

    // A --database among them counts.
    std::unique_ptr<process> start(const std::vector<std::string>& more = {}, environment variables = {});
    std::unique_ptr<process> start_ready(const std::vector<std::string>& more = {});
};

// Of every manner.
void start_clients(std::list<ledger_client>&, const std::string& address, std::size_t count);
// Until so many more requests were answered.
void await_answers(const std::list<ledger_client>&, std::size_t enough);
// Stops them. No request failed and nobody was refused; everything that was acknowledged is there. Prints the figures.
void check_promises(const service&, std::list<ledger_client>&, const std::string& what, std::size_t rounds,
                    const latencies& pauses);

// The further arguments of the server of a round, of which the first is 0.
using arguments_of = std::function<std::vector<std::string>(std::size_t round)>;
// Servers replace each other under load, as check_promises() says. The last one, which runs.
std::unique_ptr<process> check_takeovers(service&, const std::string& what, std::size_t rounds,
                                         const arguments_of& = {});
// The same in place, each by a signal. The last one has been stopped.
void check_upgrades(service&, const std::string& what, std::size_t rounds);

} // namespace watchword::test
