#pragma once

#include "http/listener.hpp"
#include "server/channel.hpp"

#include <optional>
#include <string>
#include <vector>

// How a server takes the place of another one without a lost request. What the two say over their channel:
//
//   new: {"do":"takeover"}                          (not over an inherited channel: there the old one begins)
//   old: {"listener":TEXT,"address":ADDRESS} + sockets, for each listener, perhaps in parts; {"listeners":"end"}
//   new: {"ready":[ADDRESS...]}                     what it listens at; now the old one accepts no more there, and ends
//   old: {"released":true}                          all requests are answered, the database is closed
//   new: {"serving":true}                           and the old process ends
//
// Until "ready" nothing has happened if either goes. After "released" the old process begins anew if the new one goes.
namespace watchword::server {

// The side of the new server. One thread.
class takeover {
public:
    // From the one at the other end, which is asked if need be. std::runtime_error with one clear line.
    static takeover begin(channel, bool ask);

    // Once.
    std::vector<http::handed_listener> take_sockets() { return std::move(sockets_); }

    // Everything is ready but the database. `addresses`: http::server::addresses(). From then on there is no way back.
    void tell_ready(const std::vector<std::string>& addresses);
    // Waits until the other one has closed the database: as long as its requests take.
    void await_database();
    void tell_serving();

private:
    explicit takeover(channel c) : channel_(std::move(c)) {}

    channel channel_;
    std::vector<http::handed_listener> sockets_;
};

// The side of the old server: what it says before "ready". False: the other one has gone.
bool send_sockets(channel&, const std::vector<http::handed_listener>&);

} // namespace watchword::server
