#pragma once

#include "core/listen_address.hpp"
#include "http/listener.hpp"
#include "server/channel.hpp"
#include "server/live_settings.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace watchword::server {

// Another process has taken the sockets, and waits for the database.
struct succession {
    channel to;
    std::vector<http::handed_listener> sockets; // copies, with which this process can begin anew if the other fails
};

// Where a running server takes orders from its own user: at a Unix socket, and by signals. One thread, that of the
// context, once that runs.
class control {
public:
    struct duties {
        std::function<reload_report()> reload;
        std::function<std::vector<http::handed_listener>()> sockets;              // none: it stops already
        std::function<bool(const std::vector<std::string>& addresses)> hand_over; // http::server::hand_over
        // Starts this program once more, with one end of a channel. std::runtime_error.
        std::function<void(int channel)> start_successor;
    };

    // `path`: empty for none; `taken`: what listens there goes. std::runtime_error with one clear line.
    control(core::asio::io_context&, const std::string& path, bool taken, duties);

    // As told at the socket.
    void reload();
    // Another process of this program takes over: an upgrade in place, if the program has been replaced.
    void upgrade();

    // The process that goes on, if there is one. Once, when the context does not run any more.
    std::optional<succession> take_succession();

private:
    void await_client();
    void answer(channel);
    void offer(channel);
    void await_ready();
    void take_ready();

    const duties duties_;
    core::asio::posix::stream_descriptor door_;
    std::optional<channel> candidate_; // has the sockets, and is not ready yet
    core::asio::posix::stream_descriptor candidate_events_;
    std::optional<channel> successor_;
    std::vector<http::handed_listener> handed_;
};

// Where a server with these settings listens for orders, and is found; empty: nowhere.
const std::string& control_socket(const settings::server_group&);

// Asks the server that listens at `path` to reload; for commands. std::runtime_error with one clear line if there is
// none, or it does not answer.
reload_report ask_to_reload(const std::string& path);

} // namespace watchword::server
