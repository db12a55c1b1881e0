#pragma once

#include "core/clock.hpp"
#include "core/network.hpp"
#include "core/random.hpp"
#include "http/connection_figures.hpp"
#include "http/forwarded.hpp"
#include "http/limits.hpp"
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
    bool access_log = false;                         // one line for each request
};

// A coroutine HTTP/1.1 server. Each I/O thread has its own io_context and its own SO_REUSEPORT acceptor for every
// address; a connection lives and dies on one thread. Members may be called from any thread.
class server {
public:
    // Binds every address; throws std::runtime_error naming the address, or the file, that cannot be had. The
    // references must outlive the server, and so must all that handlers refer to until wait() returns.
    server(server_settings, const router&, const core::clock&, core::random_source&);
    // Like stop() and wait().
    ~server();

    // The bound addresses, with the ports that were picked for port 0.
    const std::vector<std::string>& addresses() const noexcept;

    // Starts accepting.
    void start();
    // Accepts no more; what is in flight is finished, each response announcing `Connection: close`. The second call,
    // or the drain timeout, cuts the connections; a handler that runs is waited for all the same.
    void stop();
    // Returns when every connection has ended after stop().
    void wait();

    // Reads the certificate files again; throws std::runtime_error naming what is wrong with them, and then goes on
    // with what it has. Does nothing without TLS.
    void reload_certificates();

    std::size_t connections() const noexcept;
    connection_counts counts() const noexcept;
    // Since stop().
    bool is_draining() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace watchword::http
