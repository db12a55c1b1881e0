#pragma once

#include "load/tls_client.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace watchword::load {

// What a connection's bytes go through: its socket, or TLS over it. One thread.
class transport {
public:
    bool is_open() const noexcept { return socket_ >= 0; }
    int socket() const noexcept { return socket_; }

    // The socket is the transport's now; a socket of -1 leaves it closed.
    void open(int socket) { socket_ = socket; }
    // From now on, bytes go through TLS: once its handshake is done.
    void secure(std::unique_ptr<tls_stream> tls) { tls_ = std::move(tls); }
    tls_stream* tls() const noexcept { return tls_.get(); }
    void close()
    {
        if (socket_ < 0) return;
        if (tls_) tls_->close();
        tls_.reset();
        ::close(std::exchange(socket_, -1));
    }

    // As send(2) and recv(2).
    ssize_t send(std::string_view bytes)
    {
        return tls_ ? tls_->send(bytes) : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    ssize_t receive(char* to, std::size_t size)
    {
        return tls_ ? tls_->receive(to, size) : ::recv(socket_, to, size, 0);
    }
    // There is something to receive that epoll does not know of.
    bool has_more() const { return tls_ && tls_->has_more(); }

private:
    int socket_ = -1;
    std::unique_ptr<tls_stream> tls_;
};

} // namespace watchword::load
