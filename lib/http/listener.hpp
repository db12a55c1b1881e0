#pragma once

#include "core/descriptor.hpp"
#include "core/listen_address.hpp"
#include "http/sockets.hpp"

#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace watchword::http {

// The sockets of one listener on their way to another process. They listen, and clients may wait in their queues: to
// close the last descriptor of one resets those who do.
struct handed_listener {
    std::string text;    // as it was given to open()
    std::string address; // listener::bare_address()
    std::vector<core::descriptor> sockets;
};
// Whether they are what listener::open() would take for that text.
bool stands_for(const handed_listener&, const std::string& text);

// A socket, or one for each thread, that clients connect to. One thread.
class listener {
public:
    // All that a text stands for, bound: see core::listen_address. Of inherited sockets there may be several. What was
    // handed over for the same text or address is used, the first of several unless they were inherited, and taken out
    // of `handed`. std::runtime_error names what cannot be had and why.
    static std::vector<std::unique_ptr<listener>> open(const std::string& text, std::vector<handed_listener>& handed);
    static std::vector<std::unique_ptr<listener>> open(const std::string& text);
    ~listener();
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;

    // For one more thread, listening. TCP: a socket of its own under SO_REUSEPORT, so that the kernel spreads clients;
    // otherwise all threads wait at the same. boost::system::system_error.
    stream_acceptor acceptor(core::asio::io_context&);
    // Whether there are sockets that were handed over and that no acceptor has yet: each must get one.
    bool has_more() const noexcept { return next_handed_ < handed_.size(); }

    // Before it serves. What was handed over is this one's from now on: clients that the other process kept out may
    // come, and a Unix-domain socket's path gets its mode and goes with this one. If something fails before, the other
    // one is as it was. std::runtime_error.
    void own();

    // Duplicates of all its sockets; while the acceptors are open. boost::system::system_error.
    handed_listener hand() const;
    // Another process has the sockets: a Unix-domain socket's path stays when this is closed.
    void leave_path() noexcept { path_.clear(); }

    // Listens no more, once the acceptors are closed too. A Unix-domain socket's path goes with it.
    void close() noexcept;

    // As in the text, with the port that was picked.
    const std::string& address() const noexcept { return address_; }
    // Without a scheme.
    std::string bare_address() const;
    bool is_unix() const noexcept { return is_unix_; }
    bool tls() const noexcept { return settings_.tls; }
    bool proxy_protocol() const noexcept { return settings_.proxy_protocol; }

private:
    listener(std::string text, core::listen_address, int shared);
    static std::unique_ptr<listener> open_tcp(const std::string& text, core::listen_address);
    static std::unique_ptr<listener> open_unix(const std::string& text, core::listen_address);
    static std::unique_ptr<listener> take(const std::string& text, core::listen_address, handed_listener);
    core::descriptor next_socket();
    void own_path() noexcept;

    const std::string text_;
    core::listen_address settings_;
    int shared_ = -1;                      // listens already; each thread gets a duplicate
    std::vector<core::descriptor> handed_; // which listen, too; a thread gets a duplicate of the next one
    std::size_t next_handed_ = 0;
    std::vector<int> in_use_; // by acceptors
    bool is_unix_ = false;
    std::string address_;
    std::string path_; // of a Unix-domain socket that goes with this
    ::dev_t device_{};
    ::ino_t inode_{};
};

// Lets no client begin a handshake with a listening TCP socket any more, so that its queue can be emptied before it is
// closed, which would reset who is in it. Who is kept out asks again a second later. Accepted sockets inherit the
// filter; it does not matter to them. It holds for duplicates, too, in whatever process.
void keep_clients_out(stream_acceptor&) noexcept;

} // namespace watchword::http
