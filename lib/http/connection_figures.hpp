#pragma once

#include <atomic>
#include <cstdint>

namespace watchword::http {

// What became of connections, since the start. A value.
struct connection_counts {
    std::uint64_t opened = 0;
    std::uint64_t refused = 0;           // there were too many
    std::uint64_t refused_of_client = 0; // their client had too many
    std::uint64_t handshakes = 0, handshakes_failed = 0;
    // Requests that no router has answered: those that are no good HTTP, those that did not arrive in time, those whose
    // handler took too long, and those whose client left before its answer.
    std::uint64_t malformed = 0, too_slow = 0, given_up = 0, left = 0;

    connection_counts& operator+=(const connection_counts& more) noexcept
    {
        opened += more.opened;
        refused += more.refused;
        refused_of_client += more.refused_of_client;
        handshakes += more.handshakes;
        handshakes_failed += more.handshakes_failed;
        malformed += more.malformed;
        too_slow += more.too_slow;
        given_up += more.given_up;
        left += more.left;
        return *this;
    }
};

// Those of one I/O thread, which alone writes them; anybody may read.
struct connection_figures {
    using counter = std::atomic<std::uint64_t>;

    counter opened{0}, refused{0}, refused_of_client{0}, handshakes{0}, handshakes_failed{0};
    counter malformed{0}, too_slow{0}, given_up{0}, left{0};

    static void note(counter& c) noexcept { c.store(c.load(relaxed) + 1, relaxed); }
    connection_counts read() const noexcept
    {
        connection_counts all;
        all.opened = opened.load(relaxed);
        all.refused = refused.load(relaxed);
        all.refused_of_client = refused_of_client.load(relaxed);
        all.handshakes = handshakes.load(relaxed);
        all.handshakes_failed = handshakes_failed.load(relaxed);
        all.malformed = malformed.load(relaxed);
        all.too_slow = too_slow.load(relaxed);
        all.given_up = given_up.load(relaxed);
        all.left = left.load(relaxed);
        return all;
    }

private:
    static constexpr auto relaxed = std::memory_order_relaxed;
};

} // namespace watchword::http
