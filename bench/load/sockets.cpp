#include "load/sockets.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace watchword::load {
namespace {

constexpr std::uint32_t first_source = INADDR_LOOPBACK;

bool is_loopback(::in_addr address)
{
    return ntohl(address.s_addr) >> 24 == 127;
}

} // namespace

::sockaddr_in parse_target(std::string_view text)
{
    constexpr std::string_view scheme = "http://";
    const std::string given(text);
    if (text.starts_with(scheme)) text.remove_prefix(scheme.size());
    if (text.ends_with('/')) text.remove_suffix(1);
    const auto colon = text.rfind(':');
    if (colon == text.npos) throw std::runtime_error("the target is ADDRESS:PORT, not '" + given + "'");
    const auto port_text = text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, failed] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
    if (failed != std::errc() || end != port_text.data() + port_text.size() || port == 0)
        throw std::runtime_error("'" + given + "' has no port from 1 to 65535");

    std::string host(text.substr(0, colon));
    if (host == "localhost") host = "127.0.0.1";
    ::sockaddr_in target{};
    target.sin_family = AF_INET;
    target.sin_port = htons(port);
    if (::inet_pton(AF_INET, host.c_str(), &target.sin_addr) != 1 || !is_loopback(target.sin_addr))
        throw std::runtime_error("only a server on this machine may be loaded: 127.0.0.1:PORT, not '" + given + "'");
    return target;
}

std::string to_text(const ::sockaddr_in& address)
{
    char text[INET_ADDRSTRLEN];
    ::inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
    return std::string(text) + ":" + std::to_string(ntohs(address.sin_port));
}

::in_addr source_address(std::size_t number)
{
    return {htonl(first_source + static_cast<std::uint32_t>(number))};
}

int start_connecting(const ::sockaddr_in& target, ::in_addr source)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) return -1;
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // The port is picked by connect(), which knows that it only has to be new to this target.
    ::setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    ::sockaddr_in from{};
    from.sin_family = AF_INET;
    from.sin_addr = source;
    const bool started =
        ::bind(socket, reinterpret_cast<const ::sockaddr*>(&from), sizeof from) == 0 &&
        (::connect(socket, reinterpret_cast<const ::sockaddr*>(&target), sizeof target) == 0 || errno == EINPROGRESS);
    if (started) return socket;
    const int why = errno;
    ::close(socket);
    errno = why;
    return -1;
}

int connect_error(int socket)
{
    int error = 0;
    ::socklen_t size = sizeof error;
    return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

void allow_files(std::size_t files)
{
    ::rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= files) return;
    if (limit.rlim_max < files)
        throw std::runtime_error("this takes " + std::to_string(files) + " open files, and ulimit -Hn allows " +
                                 std::to_string(limit.rlim_max));
    limit.rlim_cur = files;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace watchword::load
