#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace watchword::test {

// Many connections to one address, driven by one thread: clients that are slow, idle, impatient or simply many.
// What the server does to a connection is kept in its peer; members throw std::runtime_error when the machine refuses
// (no descriptors left, no such address). One thread.
class swarm {
public:
    using time_point = std::chrono::steady_clock::time_point;
    static constexpr std::size_t without_limit = std::numeric_limits<std::size_t>::max();

    struct peer {
        std::string unsent;                      // goes out as the socket takes it
        std::string received;                    // and not taken by the test yet
        std::size_t may_receive = without_limit; // bytes; what is beyond stays in the kernel
        bool connected = false;
        bool ended = false;     // by either side, or never connected
        bool was_reset = false; // ended by an error
        time_point opened, ended_at;
        time_point received_at; // when the last bytes came
    };

    // ADDRESS:PORT, IPv6 in brackets.
    explicit swarm(const std::string& address);
    ~swarm();
    swarm(const swarm&) = delete;
    swarm& operator=(const swarm&) = delete;

    // Starts to connect; the number of the new peer. `receive_buffer`: bytes of the kernel's, 0 for its default.
    std::size_t open(int receive_buffer = 0);
    void send(std::size_t, std::string_view bytes);
    // The server gets the end of the stream, after everything that is unsent.
    void finish_sending(std::size_t);
    // The server gets a reset, whatever is under way.
    void abort(std::size_t);
    void close(std::size_t);
    // Goes on receiving, up to so many bytes more.
    void let_receive(std::size_t, std::size_t more);

    peer& at(std::size_t i) { return links_.at(i); }
    const peer& at(std::size_t i) const { return links_.at(i); }
    std::size_t size() const noexcept { return links_.size(); }
    std::size_t connected() const noexcept { return connected_; } // now or once
    std::size_t ended() const noexcept { return ended_; }

    // Waits for something to happen, and deals with all that has.
    void turn(std::chrono::milliseconds longest);
    // Turns until it has come true or the time is over; whether it has.
    bool run_until(const std::function<bool()>& happened, std::chrono::milliseconds limit);

private:
    struct link : peer {
        int socket = -1;
        std::uint32_t events = 0; // that are waited for
        bool finishes = false;    // the end of the stream is to be sent
    };

    void handle(link&, std::uint32_t events);
    void write(link&);
    void read(link&);
    void end(link&, bool reset);
    void listen_to(link&);

    ::sockaddr_storage address_{};
    ::socklen_t address_size_ = 0;
    int epoll_ = -1;
    std::deque<link> links_;
    std::size_t connected_ = 0, ended_ = 0;
};

} // namespace watchword::test
