#pragma once

#include "http/server.hpp"
#include "server/control.hpp"
#include "server/service_manager.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <optional>
#include <string>
#include <thread>

namespace watchword::server {

// The thread on which a server obeys: signals, what it is told at its control socket, and the service manager, whose
// watchdog it keeps quiet as long as the server's threads get on.
//
// SIGTERM and SIGINT: the first drains, the second cuts. SIGHUP: reload. SIGUSR2: upgrade in place.
class orders {
public:
    // See control. What is referred to must outlive it.
    orders(http::server&, const service_manager&, const std::string& control_socket, bool taken, control::duties);
    // As end().
    ~orders();
    orders(const orders&) = delete;
    orders& operator=(const orders&) = delete;

    // Obeys no more. Who goes on, if the server has been handed over.
    std::optional<succession> end();

private:
    void await_signal();
    void obey(int signal);
    void await_watchdog();

    http::server& server_;
    const service_manager& manager_;
    core::asio::io_context io_{1};
    core::asio::signal_set signals_;
    core::asio::steady_timer watchdog_;
    control control_;
    std::thread thread_;
};

// What is left to do for a server that another process has taken the place of, once its database is closed: tells so,
// and waits until the other one serves. False: it has failed, and the sockets and the database are here still.
bool finish(succession&, const service_manager&);

} // namespace watchword::server
