#include "echo_upstream.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace watchword::test {
namespace {

constexpr int patience = 10'000; // ms, for a client that says nothing

// A socket on a free port of 127.0.0.1.
int bind_anywhere(std::string& name)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::socklen_t size = sizeof address;
    auto* const generic = static_cast<::sockaddr*>(static_cast<void*>(&address));
    if (::bind(socket, generic, size) != 0 || ::getsockname(socket, generic, &size) != 0) {
        ::close(socket);
        throw std::runtime_error("there is no free port");
    }
    name = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    return socket;
}

// The value of a field; empty if there is none. Lines end in CRLF.
std::string_view field_of(std::string_view head, std::string_view name)
{
    while (!head.empty()) {
        const auto line = head.substr(0, head.find("\r\n"));
        head.remove_prefix(std::min(line.size() + 2, head.size()));
        if (line.size() > name.size() && line[name.size()] == ':' && core::iequals(line.substr(0, name.size()), name))
            return core::trim(line.substr(name.size() + 1));
    }
    return {};
}

// Whether all of a request is there.
bool is_complete(std::string_view received)
{
    const auto end = received.find("\r\n\r\n");
    if (end == received.npos) return false;
    const auto head = received.substr(0, end);
    if (core::iequals(field_of(head, "Transfer-Encoding"), "chunked")) return received.ends_with("\r\n0\r\n\r\n");
    return received.size() >= end + 4 + core::parse_unsigned(field_of(head, "Content-Length")).value_or(0);
}

void send_all(int connection, std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

} // namespace

echo_upstream::echo_upstream() : listener_(bind_anywhere(address_)), stop_(::eventfd(0, EFD_CLOEXEC))
{
    if (stop_ < 0 || ::listen(listener_, SOMAXCONN) != 0) {
        ::close(listener_);
        ::close(stop_);
        throw std::runtime_error("an upstream cannot listen");
    }
    thread_ = std::thread([this] { run(); });
}

echo_upstream::~echo_upstream()
{
    ::eventfd_write(stop_, 1);
    thread_.join();
    ::close(listener_);
    ::close(stop_);
}

void echo_upstream::run()
{
    std::array<::pollfd, 2> either{{{listener_, POLLIN, 0}, {stop_, POLLIN, 0}}};
    for (;;) {
        ::poll(either.data(), either.size(), -1);
        if (either[1].revents != 0) return;
        const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) continue;
        answer(connection);
        ::close(connection);
    }
}

void echo_upstream::answer(int connection)
{
    std::string received;
    std::array<char, 4096> piece{};
    std::array<::pollfd, 2> either{{{connection, POLLIN, 0}, {stop_, POLLIN, 0}}};
    while (!is_complete(received)) {
        if (::poll(either.data(), either.size(), patience) <= 0 || either[1].revents != 0) return;
        const auto size = ::recv(connection, piece.data(), piece.size(), 0);
        if (size <= 0) return;
        received.append(piece.data(), static_cast<std::size_t>(size));
    }
    requests_.fetch_add(1);
    send_all(connection, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: " +
                             std::to_string(received.size()) + "\r\n\r\n" + received);
}

std::string free_address()
{
    std::string name;
    ::close(bind_anywhere(name));
    return name;
}

} // namespace watchword::test
