#pragma once

#include "store/watcher.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace watchword::app {

// Tells on standard error how far a command is: on a terminal one line that is written again and again, elsewhere a
// plain line when a part begins that may take long and every ten seconds. One thread, but for stop().
class progress final : public store::watcher {
public:
    explicit progress(bool quiet);
    // Leaves the terminal at the start of an empty line.
    ~progress() override;
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;

    void begin(std::string_view part, unit, std::uint64_t total) override;
    void advance(std::uint64_t done) override;
    // Takes the line off the terminal, for those who write something else.
    void clear();

private:
    using steady_clock = std::chrono::steady_clock;

    void show(steady_clock::time_point now);
    std::string line(steady_clock::time_point now) const;

    const bool quiet_, terminal_;
    std::string part_;
    unit unit_ = unit::unknown;
    std::uint64_t total_ = 0, done_ = 0;
    steady_clock::time_point began_, next_;
    std::size_t shown_ = 0; // characters on the terminal's line
};

// While it lives, SIGINT, SIGTERM and SIGHUP stop what is watched and do nothing else. To be constructed while the
// program has one thread.
class stop_on_signal {
public:
    explicit stop_on_signal(store::watcher&);
    ~stop_on_signal();
    stop_on_signal(const stop_on_signal&) = delete;
    stop_on_signal& operator=(const stop_on_signal&) = delete;

private:
    struct waiter;
    std::unique_ptr<waiter> waiter_;
};

// "12.3 MiB"; "0.4 s".
std::string bytes_text(std::uint64_t);
std::string seconds_text(std::chrono::steady_clock::duration);

} // namespace watchword::app
