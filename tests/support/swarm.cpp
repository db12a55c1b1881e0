#include "support/swarm.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/epoll.h>
#include <unistd.h>

namespace watchword::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what)
{
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

} // namespace

swarm::swarm(const std::string& address)
{
    const auto colon = address.rfind(':');
    if (colon == address.npos) throw std::runtime_error("no port in " + address);
    auto host = address.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    ::addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    if (::getaddrinfo(host.c_str(), address.c_str() + colon + 1, &hints, &found) != 0)
        throw std::runtime_error("no address: " + address);
    std::memcpy(&address_, found->ai_addr, found->ai_addrlen);
    address_size_ = found->ai_addrlen;
    ::freeaddrinfo(found);
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ < 0) fail("epoll_create1");
}

swarm::~swarm()
{
    for (const auto& l : links_)
        if (l.socket >= 0) ::close(l.socket);
    ::close(epoll_);
}

std::size_t swarm::open(int receive_buffer)
{
    const int fd = ::socket(address_.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) fail("socket");
    auto& l = links_.emplace_back();
    l.socket = fd;
    l.opened = steady_clock::now();
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (receive_buffer != 0) ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const bool failed = ::connect(fd, reinterpret_cast<const ::sockaddr*>(&address_), address_size_) != 0;
    ::epoll_event event{};
    event.events = EPOLLOUT; // tells the end of connecting
    event.data.ptr = &l;
    l.events = event.events;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
    if (failed && errno != EINPROGRESS) end(l, true);
    return links_.size() - 1;
}

void swarm::send(std::size_t i, std::string_view bytes)
{
    auto& l = links_.at(i);
    if (l.ended) return;
    l.unsent.append(bytes);
    if (l.connected) write(l);
}

void swarm::finish_sending(std::size_t i)
{
    auto& l = links_.at(i);
    if (l.ended) return;
    l.finishes = true;
    if (l.connected) write(l);
}

void swarm::abort(std::size_t i)
{
    auto& l = links_.at(i);
    if (l.ended) return;
    const ::linger at_once{1, 0};
    ::setsockopt(l.socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    end(l, false);
}

void swarm::close(std::size_t i)
{
    auto& l = links_.at(i);
    if (!l.ended) end(l, false);
}

void swarm::let_receive(std::size_t i, std::size_t more)
{
    auto& l = links_.at(i);
    if (l.ended) return;
    l.may_receive += std::min(more, without_limit - l.may_receive);
    if (l.connected) listen_to(l);
}

void swarm::turn(milliseconds longest)
{
    std::array<::epoll_event, 256> events{};
    const int count =
        ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), static_cast<int>(longest.count()));
    for (int i = 0; i < count; ++i) {
        const auto& event = events[static_cast<std::size_t>(i)];
        handle(*static_cast<link*>(event.data.ptr), event.events);
    }
}

bool swarm::run_until(const std::function<bool()>& happened, milliseconds limit)
{
    const auto give_up = steady_clock::now() + limit;
    while (!happened()) {
        if (steady_clock::now() > give_up) return false;
        turn(milliseconds(10));
    }
    return true;
}

void swarm::handle(link& l, std::uint32_t events)
{
    if (l.ended) return;
    if (!l.connected) {
        int error = 0;
        ::socklen_t size = sizeof error;
        ::getsockopt(l.socket, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0) return end(l, true);
        l.connected = true;
        ++connected_;
    }
    if ((events & EPOLLIN) != 0) read(l);
    // A peer that does not read hears of a reset all the same.
    if (!l.ended && (events & (EPOLLERR | EPOLLHUP)) != 0 && l.may_receive == 0) return end(l, true);
    if (!l.ended) write(l);
}

void swarm::write(link& l)
{
    while (!l.unsent.empty()) {
        const auto size = ::send(l.socket, l.unsent.data(), l.unsent.size(), MSG_NOSIGNAL);
        if (size < 0 && errno == EAGAIN) break;
        if (size < 0) { // what the server said before it closed may still be read
            l.unsent.clear();
            break;
        }
        l.unsent.erase(0, static_cast<std::size_t>(size));
    }
    if (l.unsent.empty() && l.finishes) {
        l.finishes = false;
        ::shutdown(l.socket, SHUT_WR);
    }
    listen_to(l);
}

// Once for each event: a server that sends without end must not keep the others waiting.
void swarm::read(link& l)
{
    std::array<char, 64 * 1024> buffer;
    const auto size = ::recv(l.socket, buffer.data(), std::min(buffer.size(), l.may_receive), 0);
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) return end(l, size < 0);
    l.received.append(buffer.data(), static_cast<std::size_t>(size));
    l.received_at = steady_clock::now();
    if (l.may_receive != without_limit) l.may_receive -= static_cast<std::size_t>(size);
}

void swarm::end(link& l, bool reset)
{
    l.ended = true;
    l.was_reset = reset;
    l.ended_at = steady_clock::now();
    ++ended_;
    ::close(l.socket); // which takes it out of epoll
    l.socket = -1;
    l.unsent.clear();
}

void swarm::listen_to(link& l)
{
    ::epoll_event event{};
    event.events = (l.may_receive != 0 ? EPOLLIN : 0u) | (l.unsent.empty() ? 0u : EPOLLOUT);
    event.data.ptr = &l;
    if (event.events == l.events) return;
    l.events = event.events;
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, l.socket, &event);
}

} // namespace watchword::test
