#pragma once

#include "faults_fixture.hpp"

#include <atomic>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

// Clients that go on as if nothing was while the server is stopped and started, or replaced. What they were promised is
// in their ledger.
namespace watchword::test {

enum class manner {
    keeps,      // one connection, until the server announces its end
    reconnects, // a connection for each request
    rests,      // one connection with pauses, in which the server may close it
};

// Signs up, logs in and asks for the list again and again, in a thread of its own. While nobody listens it tries
// again; a request that was sent and not answered is a failure.
class ledger_client {
public:
    ledger_client(std::string address, std::size_t number, manner);
    ~ledger_client();
    ledger_client(const ledger_client&) = delete;
    ledger_client& operator=(const ledger_client&) = delete;

    void stop();
    std::size_t answered() const noexcept { return answered_; }

    // After stop().
    std::vector<std::string> acknowledged, failures;
    std::size_t announced = 0; // answers that were the last of their connection because the server said so
    std::size_t crossed = 0;   // requests that were sent again: the connection had been closed when they arrived
    std::size_t refused = 0;   // attempts to connect while nobody listened
    latencies took;            // from before connecting to the answer

private:
    void run();
    std::optional<http_response> ask(std::string request, int status);
    bool connect();
    void rest();
    void fail(const std::string& request, const std::string& why);

    const std::string address_, name_;
    const manner manner_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> answered_{0};
    std::unique_ptr<http_client> connection_;
    milliseconds pause_;
    std::thread thread_;
};

// Of all of them, once they have stopped.
struct ledger_totals {
    std::set<std::string> acknowledged;
    std::size_t answered = 0, failed = 0, announced = 0, crossed = 0, refused = 0;
    latencies took;
};
std::size_t answered(const std::list<ledger_client>&);
// Stops them. Each failure is one of the test, after `what`.
ledger_totals stop_all(std::list<ledger_client>&, const std::string& what);
// Everything that was acknowledged can log in and is listed.
void check_promises(const std::string& address, const std::set<std::string>& acknowledged);

} // namespace watchword::test
