#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

// Clients that stay signed in, thieves among them, and all that can happen to their refreshes on the way, by chance and
// in simulated time: the same for the same seed.
namespace watchword::test {

using std::chrono::milliseconds;

// A refresh token of a session that reaches a server. `clock`: what that server takes for the time.
struct presented_token {
    std::size_t session = 0, node = 0;
    std::uint64_t number = 0;
    milliseconds clock{};
};

struct refresh_answer {
    enum class kind { granted, refused, failed } what = kind::failed;
    std::uint64_t successor = 0; // of what was granted
};

// The servers of one database, whose rule is to be judged.
class refresh_servers {
public:
    virtual ~refresh_servers() = default;
    // A session begins, with the token number 1. Numbers count from 0 up.
    virtual void open(std::size_t session, milliseconds now) = 0;
    // Tokens that arrive at once; the answers in their order.
    virtual std::vector<refresh_answer> serve(std::span<const presented_token>, milliseconds now) = 0;
    // One of them dies, and with it what it has in memory.
    virtual void crash(std::size_t node) = 0;
    // What was committed after that time is lost, but for sessions that began.
    virtual void fail_over(milliseconds since) = 0;
};

struct schedule_settings {
    std::uint64_t seed = 1;
    std::uint64_t refreshes = 100'000; // tokens presented, at least
    std::size_t clients = 100, nodes = 3;
    milliseconds grace = std::chrono::seconds(30);
    milliseconds skew = std::chrono::seconds(1); // that a node's clock is off at most, either way
    milliseconds usual_wait = std::chrono::minutes(10);
    milliseconds tick{1}; // of time; whatever arrives within one arrives at once
    bool fails_over = true;
};

struct schedule_report {
    std::uint64_t presented = 0, granted = 0, repeated = 0, sessions = 0, crashes = 0, failovers = 0, lost_commits = 0;
    std::uint64_t at_once = 0; // presented together with another one of their session
    std::uint64_t thefts = 0;  // tokens shown longer after their successor's first use than any clock can excuse
    std::uint64_t stolen_sessions = 0;

    // What must not be.
    std::uint64_t wrongful_ends = 0, undetected_thefts = 0, wrong_answers = 0;
    std::vector<std::string> failures; // the first few of them

    bool is_good() const { return wrongful_ends + undetected_thefts + wrong_answers == 0; }
    std::string text() const;
};

// What is honest: a tab presents the newest token that any tab of its client has received, or repeats that; its request
// arrives within the window, less what clocks differ by; and a client has no more than eight tokens in that time.
schedule_report run_schedule(const schedule_settings&, refresh_servers&);

} // namespace watchword::test
