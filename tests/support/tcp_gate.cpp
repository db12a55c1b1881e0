#include "support/tcp_gate.hpp"

#include "core/unix_address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <future>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace watchword::test {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t most_waiting = 256 * 1024;      // bytes in one direction of a connection
constexpr auto retry = std::chrono::milliseconds(10); // of a target whose queue is full

[[noreturn]] void fail(const std::string& what)
{
    throw std::runtime_error("a gate " + what + ": " + std::strerror(errno));
}

::sockaddr_in ip_address(const std::string& host, const std::string& port)
{
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
    if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
        throw std::runtime_error("a gate needs an IPv4 address, not " + host);
    return address;
}

::sockaddr_in target_address(const std::string& target)
{
    const auto colon = target.rfind(':');
    if (colon == target.npos) throw std::runtime_error("a gate needs ADDRESS:PORT, not " + target);
    return ip_address(target.substr(0, colon), target.substr(colon + 1));
}

const ::sockaddr* generic(const void* address)
{
    return static_cast<const ::sockaddr*>(address);
}

void send_at_once(int socket)
{
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // a Unix socket refuses, and needs it not
}

int bind_to(const ::sockaddr_in& address)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(socket, generic(&address), sizeof address) == 0) return socket;
    ::close(socket);
    return -1;
}

// A socket on a free port; a negative one if there is none. The port is asked for by its number, with another socket
// on it until then: the kernel takes back one that it has chosen itself when the socket stops listening.
int bind_port(const std::string& host, std::string& name)
{
    auto address = ip_address(host, "0");
    ::socklen_t size = sizeof address;
    const int first = bind_to(address);
    ::getsockname(first, static_cast<::sockaddr*>(static_cast<void*>(&address)), &size);
    const int second = bind_to(address);
    ::close(first);
    name = host + ":" + std::to_string(ntohs(address.sin_port));
    return second;
}

bool would_block()
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

} // namespace

tcp_gate::tcp_gate(std::string target, const std::string& listen) : target_(std::move(target))
{
    if (!target_.starts_with('/')) target_address(target_);
    listener_ = bind_port(listen, address_);
    wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (listener_ < 0 || wake_ < 0 || ::listen(listener_, SOMAXCONN) != 0) {
        ::close(listener_);
        ::close(wake_);
        fail("cannot listen on " + listen);
    }
    thread_ = std::thread([this] { run(); });
}

tcp_gate::~tcp_gate()
{
    tell([this] { stopping_ = true; });
    thread_.join();
    end_all(ending::reset);
    ::close(listener_);
    ::close(wake_);
}

void tcp_gate::pass()
{
    tell([this] {
        holding_ = false;
        if (std::exchange(refusing_, false)) ::listen(listener_, SOMAXCONN);
    });
}

void tcp_gate::hold()
{
    tell([this] {
        holding_ = true;
        if (std::exchange(refusing_, false)) ::listen(listener_, SOMAXCONN);
    });
}

// The socket keeps its port when it stops listening, so that nobody else gets it.
void tcp_gate::refuse(ending how)
{
    tell([this, how] {
        if (!std::exchange(refusing_, true)) ::shutdown(listener_, SHUT_RD);
        end_all(how);
    });
}

void tcp_gate::cut(ending how)
{
    tell([this, how] { end_all(how); });
}

void tcp_gate::delay(milliseconds d)
{
    tell([this, d] { delay_ = d; });
}

void tcp_gate::cut_after(direction where, std::uint64_t n, ending how)
{
    tell([this, where, n, how] {
        for (auto& each : passed_) each.clear();
        cut_ = planned_cut{where, n, how};
    });
}

void tcp_gate::count()
{
    tell([this] {
        for (auto& each : passed_) each.clear();
        cut_.reset();
    });
}

std::uint64_t tcp_gate::counted(direction d)
{
    return passed(d).size();
}

bool tcp_gate::has_cut()
{
    bool has = false;
    tell([&] { has = !cut_; });
    return has;
}

std::string tcp_gate::passed(direction d)
{
    std::string bytes;
    tell([&] { bytes = passed_[static_cast<std::size_t>(d)]; });
    return bytes;
}

std::size_t tcp_gate::open_connections()
{
    std::size_t count = 0;
    tell([&] { count = links_.size(); });
    return count;
}

std::uint64_t tcp_gate::accepted()
{
    std::uint64_t count = 0;
    tell([&] { count = accepted_; });
    return count;
}

void tcp_gate::tell(const std::function<void()>& command)
{
    std::promise<void> done;
    {
        const std::lock_guard lock(mutex_);
        commands_.push_back([&] {
            command();
            done.set_value();
        });
    }
    const std::uint64_t one = 1;
    if (::write(wake_, &one, sizeof one) != sizeof one) fail("cannot be woken");
    done.get_future().wait();
}

void tcp_gate::run()
{
    while (!stopping_) {
        std::deque<std::function<void()>> commands;
        {
            const std::lock_guard lock(mutex_);
            commands.swap(commands_);
        }
        for (const auto& command : commands) command();
        if (!stopping_) turn();
    }
}

// Waits for something to happen and deals with it.
void tcp_gate::turn()
{
    std::vector<::pollfd> polled{{wake_, POLLIN, 0}};
    if (!refusing_) polled.push_back({listener_, POLLIN, 0});
    std::optional<steady_clock::time_point> due;
    const auto wake_at = [&](steady_clock::time_point when) { due = due ? std::min(*due, when) : when; };
    for (auto& each : links_) {
        if (holding_) continue;
        if (each.server < 0) wake_at(steady_clock::now() + retry);
        for (const auto d : {direction::to_server, direction::to_client}) {
            auto& f = of(each, d);
            if (source(each, d) >= 0 && !f.ended && f.size < most_waiting)
                polled.push_back({source(each, d), POLLIN, 0});
            if (f.waiting.empty() || sink(each, d) < 0) continue;
            if (f.waiting.front().due <= steady_clock::now()) {
                polled.push_back({sink(each, d), POLLOUT, 0});
            } else {
                wake_at(f.waiting.front().due);
            }
        }
    }
    int wait = -1;
    if (due) wait = std::max(0, static_cast<int>(std::chrono::ceil<milliseconds>(*due - steady_clock::now()).count()));
    ::poll(polled.data(), polled.size(), wait);

    std::uint64_t count = 0;
    if (::read(wake_, &count, sizeof count) < 0 && !would_block()) return;
    if (!refusing_) accept_all();
    for (auto& each : links_) {
        if (holding_) break;
        if (each.server < 0 && !connect(each)) continue;
        for (const auto d : {direction::to_server, direction::to_client}) {
            if (!each.dead) receive(each, d);
            if (!each.dead) forward(each, d);
        }
    }
    links_.remove_if([](const link& l) { return l.dead; });
}

void tcp_gate::accept_all()
{
    for (;;) {
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (client < 0) return;
        send_at_once(client);
        links_.emplace_back().client = client;
        ++accepted_;
    }
}

// False if it has to be tried again, or cannot be: then the link is dead.
bool tcp_gate::connect(link& l)
{
    const bool is_path = target_.starts_with('/');
    const int socket = ::socket(is_path ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int result = 0;
    if (is_path) {
        const auto address = core::unix_address(target_).value();
        result = ::connect(socket, generic(&address), sizeof address);
    } else {
        const auto address = target_address(target_);
        result = ::connect(socket, generic(&address), sizeof address);
        send_at_once(socket);
    }
    if (result == 0 || errno == EINPROGRESS) { // whether that comes to something, reading will tell
        l.server = socket;
        return true;
    }
    const bool again = errno == EAGAIN;
    ::close(socket);
    if (!again) end(l, ending::reset);
    return false;
}

void tcp_gate::receive(link& l, direction d)
{
    auto& f = of(l, d);
    char buffer[16 * 1024];
    while (!f.ended && f.size < most_waiting) {
        const auto size = ::recv(source(l, d), buffer, sizeof buffer, 0);
        if (size < 0 && would_block()) return;
        if (size < 0) return end(l, ending::reset);
        f.ended = size == 0;
        if (size == 0) return;
        f.waiting.push_back({steady_clock::now() + delay_, {buffer, static_cast<std::size_t>(size)}});
        f.size += static_cast<std::size_t>(size);
    }
}

void tcp_gate::forward(link& l, direction d)
{
    auto& f = of(l, d);
    auto& passed = passed_[static_cast<std::size_t>(d)];
    while (!f.waiting.empty() && f.waiting.front().due <= steady_clock::now()) {
        auto& bytes = f.waiting.front().bytes;
        auto allowed = bytes.size();
        const bool is_bounded = cut_ && cut_->where == d;
        if (is_bounded) allowed = std::min<std::uint64_t>(allowed, cut_->after - passed.size());
        const auto sent = allowed == 0 ? 0 : ::send(sink(l, d), bytes.data(), allowed, MSG_NOSIGNAL);
        if (sent < 0 && would_block()) return;
        if (sent < 0) return end(l, ending::reset);
        const auto size = static_cast<std::size_t>(sent);
        passed.append(bytes, 0, size);
        if (is_bounded && passed.size() == cut_->after) {
            const auto how = cut_->how;
            cut_.reset();
            return end(l, how);
        }
        bytes.erase(0, size);
        f.size -= size;
        if (bytes.empty()) f.waiting.pop_front();
    }
    if (!f.ended || f.told_ended || !f.waiting.empty()) return;
    ::shutdown(sink(l, d), SHUT_WR);
    f.told_ended = true;
    if (l.flows[0].told_ended && l.flows[1].told_ended) end(l, ending::fin);
}

void tcp_gate::end(link& l, ending how)
{
    const ::linger at_once{1, 0}; // closing sends a reset
    for (int* const socket : {&l.client, &l.server}) {
        if (*socket < 0) continue;
        if (how == ending::reset) ::setsockopt(*socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        ::close(*socket);
        *socket = -1;
    }
    l.dead = true;
}

void tcp_gate::end_all(ending how)
{
    for (auto& each : links_) end(each, how);
    links_.clear();
}

} // namespace watchword::test
