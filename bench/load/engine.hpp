#pragma once

#include "load/chain_pool.hpp"
#include "load/connection.hpp"
#include "load/lane.hpp"
#include "load/ledger.hpp"
#include "load/plan.hpp"
#include "load/results.hpp"
#include "load/tls_client.hpp"

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

    // Opens every connection, lets the idle ones be answered once and prepares the members of chains. Throws
    // std::runtime_error if a connection cannot be had, or a preparing request is not answered as expected.
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

    // The next request that prepares a member of a chain.
    struct preparation {
        std::size_t chain;
        chain_pool::member member;
        std::size_t step;
    };

    // engine.cpp: what is sent when
    void send_what_is_due();
    void send_due(lane&, time_point now);
    void send_bursts(lane&, time_point now);
    void send_burst(lane&, connection&, std::size_t kind, std::size_t size, time_point counts_from, time_point now,
                    bool measured);
    void send_one(connection&, std::size_t kind, time_point counts_from, time_point now, bool measured);
    void begin_sending(connection&, time_point now);
    void append_request(connection&, std::size_t kind, time_point counts_from, bool measured);
    const std::string& next_request(std::size_t kind);
    connection* next_sender(lane&, std::size_t& kind);
    connection* take_free(lane&);
    bool has_issued_all() const;
    bool has_backlog() const;
    bool has_backlog(const lane&) const;
    time_point next_wake() const;
    void count_not_sent();

    // engine_chains.cpp: requests that are not plain
    connection* next_special_sender(lane&, connection*, std::size_t& kind);
    std::optional<std::size_t> choose_kind(lane&, const connection&);
    void create_members();
    void prepare_some();
    void send_special(connection&, std::size_t kind, time_point counts_from, time_point now, bool measured);
    void transmit_special(connection&, std::size_t kind);
    void settle(connection&, std::size_t kind);
    void settle_preparation(connection&, std::size_t kind, bool acknowledged);
    void abandon(connection&);
    bool keep_values(const connection&, const class_plan&);
    void release(std::size_t chain, chain_pool::member, bool lives);

    // engine_sockets.cpp: the sockets' life
    void turn(time_point until);
    void open_some();
    void open_socket(connection&, std::size_t index);
    void handle(connection&, std::uint32_t events);
    void connected(connection&);
    void shake_hands(connection&);
    void ready(connection&);
    void transmit(connection&, std::string_view bytes);
    void transmit_rest(connection&);
    void receive(connection&);
    void end_of_input(connection&, time_point now);
    void go_on_opening(connection&);
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
    std::vector<lane> lanes_;            // do not move
    std::vector<std::size_t> next_body_; // of each class
    std::optional<tls_client> tls_;
    unique_names names_;
    std::deque<chain_pool> pools_; // of each chain
    std::deque<preparation> preparing_;
    std::size_t unprepared_ = 0;
    time_point prepare_after_; // a pause after an answer that says "later"
    time_point last_prepared_;
    std::vector<std::string> values_; // of a request without a chain
    std::string filled_;              // the request that is being made
    ledger ledger_;
    results seen_;

    phase phase_ = phase::opening;
    time_point measure_from_ = time_point::max();
    time_point measure_until_ = time_point::max();
    time_point last_answer_;
    time_point next_sweep_;
    time_point open_after_; // a pause after a failure
    std::uint64_t measured_issued_ = 0;
    std::size_t in_flight_ = 0;
    std::size_t connecting_ = 0;
    std::size_t ready_ = 0; // connections that have been opened, and answered once if they are idle
    std::string problem_;   // the last failure, for the message
    std::array<char, 64 * 1024> buffer_;
    std::atomic<std::uint64_t> answers_{0}, failed_{0};
};

// All that may be issued: without a bound on requests there is always one more.
inline bool engine::has_issued_all() const
{
    return settings_.requests != 0 && measured_issued_ >= request_share_;
}

inline void engine::begin_sending(connection& c, time_point now)
{
    c.pending.clear();
    c.answered = 0;
    c.now = connection::state::busy;
    c.since = now;
}

// A free connection and the class of which it is to send a request; null if there is none now.
inline connection* engine::next_sender(lane& l, std::size_t& kind)
{
    connection* const c = take_free(l);
    if (c == nullptr || !l.plan->is_plain) return c == nullptr ? c : next_special_sender(l, c, kind);
    kind = l.plan->kinds[l.rotation.next()];
    return c;
}

} // namespace watchword::load
