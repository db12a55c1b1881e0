#include "scripted_server.hpp"

#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace watchword::test {
namespace {

void check(int result, const char* what)
{
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
}

bool send_all(int socket, std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

// Its size with its body; 0 if it is not whole.
std::size_t first_request(const std::string& received)
{
    constexpr std::string_view end = "\r\n\r\n", length = "\r\nContent-Length: ";
    const auto at = received.find(end);
    if (at == received.npos) return 0;
    const auto field = received.find(length);
    const auto body = field < at ? std::stoul(received.substr(field + length.size())) : 0;
    const auto size = at + end.size() + body;
    return received.size() < size ? 0 : size;
}

} // namespace

scripted_server::scripted_server(const std::function<std::string(std::uint64_t)>& answer)
    : scripted_server([answer](std::uint64_t n, const std::string&) { return answer(n); })
{}

scripted_server::scripted_server(reading_answer answer) : answer_(std::move(answer))
{
    check(listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::socklen_t size = sizeof address;
    check(::bind(listener_, reinterpret_cast<::sockaddr*>(&address), size), "bind");
    check(::listen(listener_, 128), "listen");
    check(::getsockname(listener_, reinterpret_cast<::sockaddr*>(&address), &size), "getsockname");
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { accept(); });
}

scripted_server::~scripted_server()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    }
    ::shutdown(listener_, SHUT_RDWR);
    accepting_.join();
    for (auto& t : serving_) t.join();
    for (const int socket : sockets_) ::close(socket);
    ::close(listener_);
}

std::string scripted_server::address() const
{
    return "127.0.0.1:" + std::to_string(port_);
}

std::set<unsigned> scripted_server::peers() const
{
    const std::lock_guard lock(mutex_);
    return peers_;
}

void scripted_server::accept()
{
    for (;;) {
        ::sockaddr_in peer{};
        ::socklen_t size = sizeof peer;
        const int socket = ::accept4(listener_, reinterpret_cast<::sockaddr*>(&peer), &size, SOCK_CLOEXEC);
        if (socket < 0) return;
        const int on = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        ++accepted_;
        const std::lock_guard lock(mutex_);
        sockets_.push_back(socket);
        peers_.insert(ntohl(peer.sin_addr.s_addr) & 0xff);
        if (stopping_) return;
        serving_.emplace_back([this, socket] { serve(socket); });
    }
}

void scripted_server::serve(int socket)
{
    std::string received;
    std::array<char, 4096> buffer;
    for (;;) {
        for (auto size = first_request(received); size != 0; size = first_request(received)) {
            const auto request = received.substr(0, size);
            received.erase(0, size);
            const auto bytes = answer_(requests_++, request);
            if (bytes.empty() || !send_all(socket, bytes)) {
                ::shutdown(socket, SHUT_RDWR);
                return;
            }
        }
        const auto size = ::recv(socket, buffer.data(), buffer.size(), 0);
        if (size <= 0) {
            ::shutdown(socket, SHUT_RDWR);
            return;
        }
        received.append(buffer.data(), static_cast<std::size_t>(size));
    }
}

} // namespace watchword::test
