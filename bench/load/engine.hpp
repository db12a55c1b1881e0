#pragma once

#include "load/class_rotation.hpp"
#include "load/connection.hpp"
#include "load/plan.hpp"
#include "load/results.hpp"
#include "load/schedule.hpp"

#include <array>
#include <atomic>
#include <deque>
#include <optional>
#include <sys/epoll.h>

namespace watchword::load {

// One thread's connections and requests. One thread, but for the two counters.
class engine {
public:
    using time_point = std::chrono::steady_clock::time_point;

    // Of `plan.settings.threads` this is number `number`, from 0. The plan must outlive it.
    engine(const plan&, std::size_t number);
    ~engine();
    engine(const engine&) = delete;
    engine& operator=(const engine&) = delete;

    // Opens every connection, and lets the idle ones be answered once. Throws std::runtime_error if one cannot be had.
    void open();
    // Warms up from `begin` on, measures, then waits for the answers to all that was due, as long as one may take.
    void run(time_point begin);

    const results& seen() const noexcept { return seen_; }
    // So far; from any thread.
    std::uint64_t answers() const noexcept { return answers_.load(std::memory_order_relaxed); }
    std::uint64_t failed() const noexcept { return failed_.load(std::memory_order_relaxed); }

private:
    using failure = std::uint64_t failures::*;
    enum class phase { opening, running, draining };

    // engine.cpp: what is sent when
    void send_what_is_due();
    void send_due(time_point now);
    void send_bursts(time_point now);
    void send_burst(connection&, std::size_t size, time_point counts_from, time_point now, bool measured);
    void append_request(connection&, std::size_t kind, time_point counts_from, bool measured);
    const std::string& next_request(std::size_t kind);
    connection* take_free();
    bool has_issued_all() const;
    bool has_backlog() const;
    time_point next_wake() const;
    void count_not_sent();

    // engine_sockets.cpp: the sockets' life
    void turn(time_point until);
    void open_some();
    void open_socket(connection&, std::size_t index);
    void handle(connection&, std::uint32_t events);
    void connected(connection&);
    void transmit(connection&, std::string_view bytes);
    void transmit_rest(connection&);
    void receive(connection&);
    void take(connection&, std::string_view bytes, time_point now);
    bool complete(connection&, time_point now);
    void tally(const connection&, const sent_request&, time_point now);
    void rest(connection&);
    void lose(connection&, failure);
    void reopen(connection&);
    void close_socket(connection&);
    void watch(connection&, std::uint32_t events, int operation);
    void sweep(time_point now);
    void count(failure f, std::uint64_t times = 1);
    std::size_t index_of(const connection& c) const { return static_cast<std::size_t>(&c - connections_.data()); }

    const plan& plan_;
    const options& settings_;
    const std::size_t number_;
    const std::size_t busy_count_; // connections that are not idle; they come first
    const std::uint64_t request_share_;
    int epoll_ = -1;
    std::vector<connection> connections_;
    std::deque<std::size_t> to_open_;
    std::deque<std::size_t> free_;
    class_rotation rotation_;
    std::vector<std::size_t> next_body_; // of each class
    std::optional<schedule> schedule_;
    results seen_;

    phase phase_ = phase::opening;
    time_point measure_from_ = time_point::max();
    time_point measure_until_ = time_point::max();
    time_point last_answer_;
    time_point next_sweep_;
    time_point open_after_;           // a pause after a failure
    std::uint64_t issued_ = 0;        // open loop: all requests sent
    std::uint64_t blocked_until_ = 0; // open loop: of them, those that were due while no connection was free
    std::uint64_t measured_issued_ = 0;
    std::size_t in_flight_ = 0;
    std::size_t connecting_ = 0;
    std::size_t ready_ = 0; // connections that have been opened, and answered once if they are idle
    int last_error_ = 0;    // an errno, for the message
    std::array<char, 64 * 1024> buffer_;
    std::atomic<std::uint64_t> answers_{0}, failed_{0};
};

} // namespace watchword::load
