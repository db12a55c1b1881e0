#include "tls_pair.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace watchword::test {

socket_pair::socket_pair(int buffer)
{
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends_) != 0)
        throw std::system_error(errno, std::system_category(), "socketpair");
    if (buffer == 0) return;
    for (const int end : ends_) ::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
}

socket_pair::~socket_pair()
{
    for (const int end : ends_) {
        if (end >= 0) ::close(end);
    }
}

void socket_pair::close_client()
{
    ::close(ends_[1]);
    ends_[1] = -1;
}

tls_pair::tls_pair(const http::tls_context& context, const tls_offer& offer, int buffer)
    : sockets(buffer), server(context.accept(sockets.server())), client(sockets.client(), offer)
{}

bool tls_pair::shake()
{
    const auto waits = [this] { return server_outcome == outcome::want_read || server_outcome == outcome::want_write; };
    for (int turn = 0; turn < 1000; ++turn) {
        if (client_outcome == tls_client::outcome::again) client_outcome = client.handshake();
        if (waits()) server_outcome = server->handshake();
        if (!waits() && client_outcome != tls_client::outcome::again) break;
    }
    return server_outcome == outcome::done && client_outcome == tls_client::outcome::done;
}

void tls_pair::client_sends(std::string_view bytes)
{
    while (!bytes.empty()) {
        if (client.write(bytes) != tls_client::outcome::done) throw std::runtime_error("the client cannot send");
    }
}

void tls_pair::server_sends(std::string_view bytes)
{
    while (!bytes.empty()) {
        std::size_t size = 0;
        if (server->write(bytes, size) != outcome::done) throw std::runtime_error("the server cannot send");
        bytes.remove_prefix(size);
    }
}

std::string tls_pair::server_reads()
{
    std::string all;
    std::array<char, 1000> room;
    for (;;) {
        std::size_t size = 0;
        server_outcome = server->read(room, size);
        if (server_outcome != outcome::done) return all;
        all.append(room.data(), size);
    }
}

std::string tls_pair::client_reads()
{
    std::string all;
    do client_outcome = client.read(all);
    while (client_outcome == tls_client::outcome::done);
    return all;
}

http::tls_settings tls_files::settings() const
{
    http::tls_settings s;
    s.certificate_file = server.certificate;
    s.key_file = server.key;
    return s;
}

} // namespace watchword::test
