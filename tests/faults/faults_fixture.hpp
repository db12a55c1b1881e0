#pragma once

#include "e2e/e2e_fixture.hpp"
#include "support/resources.hpp"
#include "support/swarm.hpp"
#include "support/test_form.hpp"

#include <boost/test/tools/assertion_result.hpp>

#include <atomic>
#include <chrono>
#include <iosfwd>
#include <string>
#include <thread>
#include <vector>

// Each test here names the fault it injects and prints the figures that were measured, because a bound that holds on a
// busy machine says little about how good it is.
namespace watchword::test {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How many of something: `usual`, more in the long form, a quarter of either with sanitizers.
std::size_t how_many(std::size_t usual, std::size_t in_long_form);

// Requests under way at a kill under load, or it would say little.
inline constexpr std::size_t least_under_load = 100;

// How long requests took. One thread.
class latencies {
public:
    void add(steady_clock::duration);
    void add(const latencies&);
    std::size_t count() const noexcept { return all_.size(); }
    // The time that so many percent did not exceed; zero if there are none.
    std::chrono::microseconds percentile(double percent) const;

private:
    std::vector<std::chrono::microseconds> all_;
};
// "812, p50 0.31 ms, p99 2.10 ms, longest 4.02 ms"
std::ostream& operator<<(std::ostream&, const latencies&);

// One line of figures, where the log of a run shows it.
void report(const std::string& line);

// What a precondition of a test answers: it is skipped, and not counted, unless `why_not` is empty.
boost::test_tools::assertion_result unless(const std::string& why_not);

// --set NAME=VALUE for each.
std::vector<std::string> set(const std::vector<std::string>& settings);
// Hashes that cost next to nothing, for tests of something else.
const std::vector<std::string>& cheap_passwords();
// For tests that come with many connections from one address.
const std::vector<std::string>& many_connections();
std::vector<std::string> operator+(std::vector<std::string>, const std::vector<std::string>&);

// A server with one user, who has signed in.
struct signed_in_server {
    temporary_directory directory;
    server_process server;
    std::string token;

    // `list_bytes`: about how long its answer to /user shall be, by users nobody can log in as.
    explicit signed_in_server(const std::vector<std::string>& arguments = {}, std::size_t list_bytes = 0,
                              const std::vector<std::string>& wrapper = {});
    ::pid_t id() { return server.child().id(); }
    const std::string& address() const { return server.address(); }
    // Whether it has no more descriptors than it had, but for files of the database that it has come to need.
    bool has_freed_all(std::size_t since) { return open_files(id()) <= since + 2; }
};
inline const std::string known_email = "known@b.test";

std::string get_request(std::string_view target, const name_values& more = {});
std::string form_request(std::string_view target, const name_values& fields);

// An ordinary client that goes on asking while something else goes wrong, in a thread of its own: for `target`, with a
// token if it is not empty, on one connection, and for the health of the server on a new one each time. Paced, to be a
// client and not a load.
class bystander {
public:
    bystander(std::string address, std::string token, std::string target = "/user");
    ~bystander();
    bystander(const bystander&) = delete;
    bystander& operator=(const bystander&) = delete;

    void stop();
    // Counts the other's requests as its own. Both have stopped.
    void add(const bystander&);
    // Stops. Checks that every request was answered 200, that there were some, and that 99 % took no longer than a
    // bound that is loose. Prints the figures after `what`.
    void check(const std::string& what);
    std::size_t asked() const noexcept { return asked_; }

private:
    void run();
    void ask(const std::function<http_response()>& request);

    const std::string address_, token_, target_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> asked_{0};
    latencies took_;
    std::size_t failed_ = 0;
    std::string first_failure_;
    std::thread thread_;
};

} // namespace watchword::test
