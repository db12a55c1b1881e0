#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace watchword::test {

// A relay in front of a server, in a thread of its own, that does to connections what bad networks do. It starts by
// passing everything on. Its listening socket belongs to the network namespace of the thread that made it.
// Thread-safe; what a member demands has happened when it returns. The constructor throws std::runtime_error.
class tcp_gate {
public:
    using milliseconds = std::chrono::milliseconds;
    enum class direction { to_server, to_client };
    enum class ending { fin, reset };

    // `target`: ADDRESS:PORT, or the path of a Unix socket. `listen`: an IPv4 address.
    explicit tcp_gate(std::string target, const std::string& listen = "127.0.0.1");
    ~tcp_gate();
    tcp_gate(const tcp_gate&) = delete;
    tcp_gate& operator=(const tcp_gate&) = delete;

    const std::string& address() const noexcept { return address_; } // ADDRESS:PORT
    std::string host() const { return address_.substr(0, address_.rfind(':')); }
    std::string port() const { return address_.substr(address_.rfind(':') + 1); }

    // What waits goes on, and new connections are taken.
    void pass();
    // Connections are made, stay open, and nothing goes through any more.
    void hold();
    // Every connection is ended, and new ones are refused.
    void refuse(ending = ending::reset);
    // Ends those that there are; new ones are taken as before.
    void cut(ending = ending::reset);
    // Each byte takes so much longer.
    void delay(milliseconds);

    // Counts from now on; the connection that carries the n-th byte in that direction is ended right after it (n = 0:
    // before the next one), once.
    void cut_after(direction, std::uint64_t n, ending = ending::reset);
    // Counts from now on, and cuts nothing.
    void count();
    // Bytes passed on since cut_after() or count().
    std::uint64_t counted(direction);
    // Whether the cut that was asked for has been made.
    bool has_cut();
    // The same bytes themselves, of all connections in the order they were passed on.
    std::string passed(direction);

    std::size_t open_connections();
    std::uint64_t accepted(); // since it exists

private:
    struct chunk {
        std::chrono::steady_clock::time_point due;
        std::string bytes;
    };
    struct flow { // one direction of a connection
        std::deque<chunk> waiting;
        std::size_t size = 0;    // bytes in `waiting`
        bool ended = false;      // the sender has finished
        bool told_ended = false; // and the receiver knows it
    };
    struct link {
        int client = -1, server = -1; // the latter opens when bytes may pass
        flow flows[2];
        bool dead = false;
    };
    struct planned_cut {
        direction where;
        std::uint64_t after;
        ending how;
    };

    void run();
    void turn();
    void tell(const std::function<void()>& command);
    void accept_all();
    bool connect(link&);
    void receive(link&, direction);
    void forward(link&, direction);
    void end(link&, ending);
    void end_all(ending);
    static int& source(link& l, direction d) { return d == direction::to_server ? l.client : l.server; }
    static int& sink(link& l, direction d) { return d == direction::to_server ? l.server : l.client; }
    static flow& of(link& l, direction d) { return l.flows[static_cast<std::size_t>(d)]; }

    const std::string target_;
    std::string address_;
    int listener_ = -1, wake_ = -1;

    // The thread's, which the others ask by tell().
    std::list<link> links_;
    bool holding_ = false, refusing_ = false, stopping_ = false;
    milliseconds delay_{0};
    std::optional<planned_cut> cut_;
    std::string passed_[2];
    std::uint64_t accepted_ = 0;
    std::optional<std::chrono::steady_clock::time_point> next_due_;

    std::mutex mutex_; // guards commands_
    std::deque<std::function<void()>> commands_;
    std::thread thread_;
};

} // namespace watchword::test
