#pragma once

#include "core/listen_address.hpp"
#include "http/sockets.hpp"

#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace watchword::http {

// A socket, or one for each thread, that clients connect to. One thread.
class listener {
public:
    // All that a text stands for, bound: see core::listen_address. Of inherited sockets there may be several.
    // std::runtime_error names what cannot be had and why.
    static std::vector<std::unique_ptr<listener>> open(const std::string& text);
    ~listener();
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;

    // For one more thread, listening. TCP: a socket of its own under SO_REUSEPORT, so that the kernel spreads clients;
    // otherwise all threads wait at the same. boost::system::system_error.
    stream_acceptor acceptor(core::asio::io_context&);

    // Listens no more, once the acceptors are closed too. A Unix-domain socket's path goes with it.
    void close() noexcept;

    // As in the text, with the port that was picked.
    const std::string& address() const noexcept { return address_; }
    bool is_unix() const noexcept { return is_unix_; }
    bool tls() const noexcept { return settings_.tls; }
    bool proxy_protocol() const noexcept { return settings_.proxy_protocol; }

private:
    listener(core::listen_address, int shared);
    static std::unique_ptr<listener> open_tcp(core::listen_address);
    static std::unique_ptr<listener> open_unix(core::listen_address);

    core::listen_address settings_;
    int shared_ = -1; // listens already; each thread gets a duplicate
    bool is_unix_ = false;
    std::string address_;
    std::string path_; // of a Unix-domain socket made here
    ::dev_t device_{};
    ::ino_t inode_{};
};

// Lets no client begin a handshake with a listening TCP socket any more, so that its queue can be emptied before it is
// closed, which would reset who is in it. Who is kept out asks again a second later. Accepted sockets inherit the
// filter; it does not matter to them.
void keep_clients_out(stream_acceptor&) noexcept;

} // namespace watchword::http
