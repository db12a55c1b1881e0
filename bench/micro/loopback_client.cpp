#include "micro/loopback_client.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace watchword::micro {
namespace {

thread_local std::array<char, 64 * 1024> received;

constexpr std::string_view end_of_head = "\r\n\r\n";

std::size_t content_length(std::string_view head)
{
    constexpr std::string_view name = "\r\nContent-Length: ";
    const auto at = head.find(name);
    std::size_t length = 0;
    if (at == head.npos) throw std::runtime_error("an answer without Content-Length");
    std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
    return length;
}

bool has_status(std::string_view answer, int expected)
{
    constexpr std::size_t before_status = 9;
    int status = 0;
    if (answer.size() < before_status + 3) return false;
    std::from_chars(answer.data() + before_status, answer.data() + before_status + 3, status);
    return status == expected;
}

} // namespace

loopback_client::loopback_client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (socket_ < 0 || ::connect(socket_, reinterpret_cast<const ::sockaddr*>(&address), sizeof address) != 0)
        throw std::system_error(errno, std::generic_category(), "cannot connect");
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

loopback_client::~loopback_client()
{
    if (socket_ >= 0) ::close(socket_);
}

loopback_client::loopback_client(loopback_client&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}

std::string_view loopback_client::exchange(std::string_view request, int expected_status)
{
    if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
        throw std::runtime_error("the server has closed the connection");
    std::size_t size = 0;
    for (;;) {
        const auto more = ::recv(socket_, received.data() + size, received.size() - size, 0);
        if (more <= 0) throw std::runtime_error("the server has closed the connection, or sends too much");
        size += static_cast<std::size_t>(more);
        const std::string_view answer(received.data(), size);
        const auto end = answer.find(end_of_head);
        if (end == answer.npos) continue;
        const auto length = content_length(answer.substr(0, end));
        if (size < end + end_of_head.size() + length) continue;
        if (!has_status(answer, expected_status)) throw std::runtime_error("answered: " + std::string(answer));
        return answer.substr(end + end_of_head.size(), length);
    }
}

std::string get(std::string_view path, std::string_view token)
{
    std::string request = "GET ";
    request.append(path).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    if (!token.empty()) request.append("x-access-token: ").append(token).append("\r\n");
    return request.append("\r\n");
}

std::string post_form(std::string_view path, std::string_view form)
{
    std::string request = "POST ";
    request.append(path).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    request.append("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ");
    return request.append(std::to_string(form.size())).append("\r\n\r\n").append(form);
}

} // namespace watchword::micro
