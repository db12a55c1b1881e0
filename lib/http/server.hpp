#pragma once

#include "core/clock.hpp"
#include "core/network.hpp"
#include "core/random.hpp"
#include "http/connection_figures.hpp"
#include "http/forwarded.hpp"
#include "http/limits.hpp"
#include "http/listener.hpp"
#include "http/router.hpp"
#include "http/tls.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace watchword::http {

struct server_settings {
    std::vector<std::string> listen{"127.0.0.1:5000"}; // as core::listen_address is written
    std::size_t threads = 0;                           // I/O threads; 0: one for each core
    http::limits limits;
    core::network_list uncounted;                    // clients that limits::connections_per_address does not hold for
    forwarding proxies;                              // whose word about their clients is taken
    std::optional<tls_settings> tls;                 // for https:// addresses
    std::chrono::seconds hsts{0};                    // for how long clients are told to insist on TLS; 0: not at all
    std::chrono::milliseconds drain_timeout{30'000}; // how long stop() lets requests in flight take
    // The access log: one line for each so many requests, and for each that failed (500 and above). 0: none.
    std::uint32_t log_every = 0;
};

// A coroutine HTTP/1.1 server. Each I/O thread has its own io_context and its own SO_REUSEPORT acceptor for every
// address; a connection lives and dies on one thread. Members may be called from any thread.
class server {
public:
    // Binds every address; throws std::runtime_error naming the address, or the file, that cannot be had. The
    // references must outlive the server, and so must all that handlers refer to until wait() returns.
    // `handed`: sockets of another process, of which those are taken out that fit an address.
    server(server_settings, const router&, const core::clock&, core::random_source&,
           std::vector<handed_listener>* handed = nullptr);
    // Like stop() and wait().
    ~server();

    // The bound addresses, with the ports that were picked for port 0.
    const std::vector<std::string>& addresses() const noexcept;

    // Starts accepting. std::runtime_error if the permissions of a socket that was handed over cannot be set.
    void start();
    // Accepts no more; what is in flight is finished, each response announcing `Connection: close`. The second call,
    // or the drain timeout, cuts the connections; a handler that runs is waited for all the same.
    void stop();
    // The sockets that listen, for another process; none after stop() or hand_over().
    std::vector<handed_listener> duplicate_sockets() const;
    // As stop(), when another process holds duplicates of the sockets of these addresses (handed_listener::address):
    // who connects to them waits for it. Until it is nearly done new connections are accepted still; then clients that
    // send or read slowly are given up soon. A stop() meanwhile changes nothing, a second one cuts the connections.
    // False: it does not serve, or stops already.
    bool hand_over(const std::vector<std::string>& addresses);
    // Whether hand_over() was done: then wait() is soon over, and nobody need be cut.
    bool is_handing_over() const;
    // Returns when every connection has ended after stop() or hand_over().
    void wait();

    // Goes on by other settings: all but the addresses, the number of threads, and whether there is TLS at all. The
    // files of certificates are read again; std::runtime_error names what is wrong with them, and nothing is changed
    // then. Connections that are open get their new limits, too. Reads files: not for an I/O thread.
    void reconfigure(const server_settings&);

    std::size_t connections() const noexcept;
    // Whether each I/O thread has looked after its connections within that time; true before start() and after stop().
    bool gets_on(std::chrono::milliseconds) const;
    connection_counts counts() const noexcept;
    // Since stop(); not since hand_over(), as somebody else goes on.
    bool is_draining() const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace watchword::http
