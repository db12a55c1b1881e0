#pragma once

#include "load/histogram.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace watchword::load {

// What went wrong, warm-up included. An unexpected status is a complete answer too; all others are none.
struct failures {
    std::uint64_t connect = 0;    // refused, reset or timed out while connecting
    std::uint64_t handshake = 0;  // of TLS
    std::uint64_t reset = 0;      // by the server, with a request on its way
    std::uint64_t closed = 0;     // in order, but before the answer was whole
    std::uint64_t timeout = 0;    // no answer in time
    std::uint64_t bad_answer = 0; // not HTTP, or bytes nobody asked for
    std::uint64_t unexpected_status = 0;
    std::uint64_t wrong_body = 0;
    std::uint64_t no_value = 0; // acknowledged, without what the chain was to keep of it

    std::uint64_t total() const
    {
        return connect + handshake + reset + closed + timeout + bad_answer + unexpected_status + wrong_body + no_value;
    }
    void merge(const failures&);
};

struct status_tally {
    std::uint64_t in_window = 0; // answers that came while it was measured, whenever they were asked for
    histogram latency;           // of the measured requests
    // The same by when they came, in intervals since the measurement began; empty unless options ask for it.
    std::vector<histogram> over_time;

    histogram& in_interval(std::size_t number);
    void merge(const status_tally&);
};

struct class_tally {
    std::uint64_t requests = 0; // measured
    std::map<unsigned, status_tally> statuses;

    void merge(const class_tally&);
};

// What one thread saw; those of several add up.
struct results {
    explicit results(std::size_t classes) : by_class(classes) {}

    std::vector<class_tally> by_class;
    failures failed;
    histogram send_delay;                   // open loop: how long after it was due a measured request was sent
    histogram connect_time;                 // of all connections
    histogram handshake_time;               // of all that were done
    std::uint64_t resumed = 0;              // of them, those of an earlier session
    std::uint64_t connected_in_window = 0;  // connections that came to be ready for requests while it was measured
    std::uint64_t started = 0, dropped = 0; // members of chains; dropped: because of a failure
    std::uint64_t acknowledged = 0;         // lines of the ledger
    std::uint64_t waited = 0;               // open loop: measured requests that were due while they could not be sent
    std::uint64_t not_sent = 0;             // open loop: still waiting when the last answer had had its time
    std::uint64_t reopened = 0;             // connections beyond the first ones
    std::uint64_t idle_open = 0, idle_closed = 0;
    std::uint64_t received_bytes = 0;          // while it was measured
    std::chrono::nanoseconds window{0};        // how long was measured
    std::chrono::nanoseconds measured_from{0}; // on the monotonic clock

    void merge(const results&);
};

} // namespace watchword::load
