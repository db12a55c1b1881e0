#pragma once

#include "core/clock.hpp"
#include "http/limits.hpp"
#include "http/router.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace watchword::http {

struct server_settings {
    std::vector<std::string> listen{"127.0.0.1:5000"}; // ADDRESS:PORT, [IPV6]:PORT or localhost:PORT; port 0: any
    std::size_t threads = 0;                           // I/O threads; 0: one for each core
    http::limits limits;
    std::chrono::milliseconds drain_timeout{30'000}; // how long stop() lets requests in flight take
    bool access_log = false;                         // one line for each request
};

// A coroutine HTTP/1.1 server. Each I/O thread has its own io_context and its own SO_REUSEPORT acceptor for every
// address; a connection lives and dies on one thread. Members may be called from any thread.
class server {
public:
    // Binds every address; throws std::runtime_error naming the address that cannot be had. `router` and `clock` must
    // outlive the server, and so must all that handlers refer to until wait() returns.
    server(server_settings, const router&, const core::clock&);
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

    std::size_t connections() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace watchword::http
