#include "server/channel.hpp"

#include "core/json.hpp"
#include "core/unix_address.hpp"

#include <boost/json/serialize.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>

namespace watchword::server {
namespace {

constexpr int kind = SOCK_SEQPACKET | SOCK_CLOEXEC;
constexpr ::timeval patience{5, 0}; // for a receiver whose buffers are full
constexpr int backlog = 8;

[[noreturn]] void refuse(const std::string& path, const std::string& why)
{
    throw std::runtime_error("cannot use the socket " + path + ": " + why);
}

[[noreturn]] void refuse_for_errno(const std::string& path)
{
    refuse(path, std::generic_category().message(errno));
}

::sockaddr_un address_of(const std::string& path)
{
    const auto address = core::unix_address(path);
    if (!address) refuse(path, "the path is longer than a socket's may be");
    return *address;
}

core::descriptor new_socket(const std::string& path)
{
    core::descriptor made(::socket(AF_UNIX, kind, 0));
    if (made.get() < 0) refuse_for_errno(path);
    return made;
}

bool connects(int socket, const ::sockaddr_un& to)
{
    return ::connect(socket, reinterpret_cast<const ::sockaddr*>(&to), sizeof to) == 0;
}

// What a message brought with it.
std::vector<core::descriptor> take_descriptors(::msghdr& header)
{
    std::vector<core::descriptor> all;
    for (auto* part = CMSG_FIRSTHDR(&header); part; part = CMSG_NXTHDR(&header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
            all.emplace_back(fd);
        }
    }
    return all;
}

} // namespace

std::pair<channel, channel> channel::pair()
{
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, kind, 0, ends.data()) != 0) throw std::system_error(errno, std::generic_category());
    return {channel(core::descriptor(ends[0])), channel(core::descriptor(ends[1]))};
}

std::optional<channel> channel::connect(const std::string& path)
{
    const auto address = address_of(path);
    auto socket = new_socket(path);
    if (!connects(socket.get(), address)) {
        if (errno == ENOENT || errno == ECONNREFUSED) return std::nullopt;
        refuse_for_errno(path);
    }
    channel made(std::move(socket));
    if (!made.is_trusted()) refuse(path, "a process of another user listens there");
    return made;
}

bool channel::send(const boost::json::object& body, std::span<const core::descriptor> descriptors)
{
    auto text = boost::json::serialize(body);
    if (text.size() > longest_message || descriptors.size() > most_descriptors)
        throw std::invalid_argument("too much for one message to another process");
    ::iovec part{text.data(), text.size()};
    ::msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    alignas(::cmsghdr) std::array<char, CMSG_SPACE(most_descriptors * sizeof(int))> control{};
    if (!descriptors.empty()) {
        header.msg_control = control.data();
        header.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
        auto* const rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
        for (std::size_t i = 0; i < descriptors.size(); ++i) {
            const int fd = descriptors[i].get();
            std::memcpy(CMSG_DATA(rights) + i * sizeof fd, &fd, sizeof fd);
        }
    }
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const auto sent = ::sendmsg(socket_.get(), &header, MSG_NOSIGNAL);
    return sent == static_cast<ssize_t>(text.size());
}

bool channel::await(std::chrono::milliseconds limit) const
{
    ::pollfd waits{socket_.get(), POLLIN, 0};
    return ::poll(&waits, 1, static_cast<int>(limit.count())) == 1;
}

std::optional<channel::message> channel::receive(std::chrono::milliseconds limit)
{
    if (!await(limit)) return std::nullopt;
    std::string text(longest_message, '\0');
    ::iovec part{text.data(), text.size()};
    alignas(::cmsghdr) std::array<char, CMSG_SPACE(most_descriptors * sizeof(int))> control{};
    ::msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    const auto size = ::recvmsg(socket_.get(), &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (size <= 0) return std::nullopt;
    message got{{}, take_descriptors(header)};
    if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return std::nullopt;
    const auto body = core::parse_json(std::string_view(text).substr(0, static_cast<std::size_t>(size)));
    if (!body || !body->is_object()) return std::nullopt;
    got.body = body->get_object();
    return got;
}

bool channel::is_trusted() const
{
    ::ucred peer{};
    ::socklen_t size = sizeof peer;
    if (::getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
    return peer.uid == ::geteuid() || peer.uid == 0;
}

core::descriptor listen_for_channels(const std::string& path, bool taken)
{
    const auto address = address_of(path);
    struct ::stat found {};
    if (::lstat(path.c_str(), &found) == 0) {
        if (!S_ISSOCK(found.st_mode)) refuse(path, "there is a file that is no socket");
        const auto probe = new_socket(path);
        if (!taken && connects(probe.get(), address)) refuse(path, "another process listens there");
        ::unlink(path.c_str());
    }
    auto socket = new_socket(path);
    const auto before = ::umask(0177); // between bind and chmod it would be everybody's
    const bool bound = ::bind(socket.get(), reinterpret_cast<const ::sockaddr*>(&address), sizeof address) == 0;
    ::umask(before);
    if (!bound || ::listen(socket.get(), backlog) != 0) refuse_for_errno(path);
    return socket;
}

} // namespace watchword::server
