#pragma once

#include "load/chain_pool.hpp"
#include "load/response_reader.hpp"
#include "load/transport.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace watchword::load {

// A request on its way.
struct sent_request {
    std::uint32_t kind = 0; // index of its class
    bool measured = false;
    std::chrono::steady_clock::time_point counts_from;
};

struct lane;

// One connection to the server. When it has gone, another socket takes its place.
struct connection {
    enum class state { closed, connecting, handshaking, free, busy };

    transport link;
    state now = state::closed;
    bool idle = false;         // is to rest after its first answer
    bool queued = false;       // waits in its lane's line of free connections
    bool was_open = false;     // has been connected before
    std::uint32_t opening = 0; // counts sockets, so that a late event of the last one is known as such
    std::uint64_t answers = 0; // on this socket
    std::chrono::steady_clock::time_point since; // it began to connect, or sent its last request
    std::vector<sent_request> pending;           // in the order of their answers
    std::size_t answered = 0;                    // of `pending`
    std::string unsent;                          // what the socket did not take
    response_reader reader;
    lane* home = nullptr; // null: it is idle

    // Of a request that is not plain: it is the only one on its way.
    bool is_special = false;
    chain_pool::member member = 0; // if its class has a chain
    std::size_t step = 0;          // of the member's preparation
    std::string noted;             // for the ledger

    bool is_opening() const { return now == state::connecting || now == state::handshaking; }
    bool awaits_answer() const { return answered < pending.size(); }
};

} // namespace watchword::load
