#include "server/diagnosis_addresses.hpp"

#include "core/descriptor.hpp"
#include "core/listen_address.hpp"
#include "server/diagnosis_files.hpp"

#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <optional>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace watchword::server {
namespace {

using core::listen_address;

constexpr auto name = "addresses";
constexpr ::timeval patience{1, 0};

core::descriptor open_socket(int family)
{
    core::descriptor made(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (made.get() >= 0) {
        ::setsockopt(made.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience); // of connect(), too
        ::setsockopt(made.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    return made;
}

// Whether what listens there answers as a Watchword server does.
bool is_watchword(const core::descriptor& connected)
{
    constexpr std::string_view question =
        "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: */*\r\n\r\n";
    if (::send(connected.get(), question.data(), question.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(question.size()))
        return false;
    std::string answer;
    char part[1024];
    for (int reads = 0; reads < 8; ++reads) { // it may come in pieces, and never end
        const auto size = ::recv(connected.get(), part, sizeof part, 0);
        if (size <= 0) break;
        answer.append(part, static_cast<std::size_t>(size));
    }
    return answer.starts_with("HTTP/1.1 200 ") && answer.find(R"({"status":"live"})") != answer.npos;
}

// What `::connect` takes for an address on which a server listens.
core::asio::ip::tcp::endpoint reached_at(core::asio::ip::tcp::endpoint e)
{
    using namespace core::asio::ip;
    if (!e.address().is_unspecified()) return e;
    if (e.address().is_v6()) return {address_v6::loopback(), e.port()};
    return {address_v4::loopback(), e.port()};
}

bool connects(const core::descriptor& socket, const void* address, std::size_t size)
{
    return ::connect(socket.get(), static_cast<const ::sockaddr*>(address), static_cast<::socklen_t>(size)) == 0;
}

// `asked`: whether who listens says that he is Watchword; nothing: that cannot be asked.
finding judge_use(const settings::settings& s, const std::string& text, std::optional<bool> asked, bool is_served)
{
    const auto use = text + " is in use";
    const bool may_be_own = is_served || !sqlite_file(s); // who has a PostgreSQL database cannot be told
    if (asked.value_or(is_served) && may_be_own) return all_well(name, use + " by a running server");
    if (asked.value_or(false))
        return warning_of(name, use + " by a Watchword server with another database",
                          "Stop that one, or listen somewhere else.");
    return warning_of(name, use + ": another process listens there",
                      "Find it (ss -ltnp) and stop it, or listen somewhere else.");
}

bool can_be_asked(const listen_address& a)
{
    return !a.tls && !a.proxy_protocol;
}

finding check_tcp(const settings::settings& s, const std::string& text, const listen_address& a, bool is_served)
{
    const bool v6 = a.endpoint.address().is_v6();
    {
        const auto socket = open_socket(v6 ? AF_INET6 : AF_INET);
        const int on = 1;
        ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (v6) ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        if (socket.get() >= 0 &&
            ::bind(socket.get(), a.endpoint.data(), static_cast<::socklen_t>(a.endpoint.size())) == 0)
            return all_well(name, text + " is free");
        const int code = errno;
        const auto found = text + ": " + std::generic_category().message(code);
        if (code == EACCES)
            return error_of(
                name, found,
                "Listen at a port above 1023, or give the server CAP_NET_BIND_SERVICE (AmbientCapabilities= "
                "of a systemd unit).");
        if (code != EADDRINUSE)
            return error_of(name, found, "Name an address that this machine has, or 0.0.0.0 or [::] for all.");
    }
    std::optional<bool> asked;
    const auto at = reached_at(a.endpoint);
    const auto client = open_socket(v6 ? AF_INET6 : AF_INET);
    if (can_be_asked(a)) asked = connects(client, at.data(), at.size()) && is_watchword(client);
    return judge_use(s, text, asked, is_served);
}

finding check_unix(const settings::settings& s, const std::string& text, const listen_address& a, bool is_served)
{
    const auto directory = directory_of(a.name);
    if (::access(directory.c_str(), W_OK | X_OK) != 0)
        return error_of(name, text + ": " + directory.string() + ": " + std::generic_category().message(errno),
                        "Make that directory, and give it to the user that the server runs as.");
    struct ::stat about {};
    if (::lstat(a.name.c_str(), &about) != 0) return all_well(name, text + " is free");
    if (!S_ISSOCK(about.st_mode))
        return error_of(name, text + ": there is a file that is no socket", "Move it, or name another path.");
    ::sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (a.name.size() >= sizeof address.sun_path)
        return error_of(name, text + ": the path is longer than a socket's may be", "Name a shorter one.");
    std::memcpy(address.sun_path, a.name.c_str(), a.name.size() + 1);
    const auto client = open_socket(AF_UNIX);
    if (!connects(client, &address, sizeof address))
        return errno == ECONNREFUSED ? all_well(name, text + " was left behind by a server, and is free")
                                     : judge_use(s, text, false, is_served);
    std::optional<bool> asked;
    if (can_be_asked(a)) asked = is_watchword(client);
    return judge_use(s, text, asked, is_served);
}

finding check_address(const settings::settings& s, const std::string& text, bool is_served)
{
    const auto parsed = core::parse_listen_address(text);
    if (!parsed) return error_of(name, text + " is no address", "See watchword serve --help.");
    switch (parsed->kind) {
    case listen_address::family::tcp: return check_tcp(s, text, *parsed, is_served);
    case listen_address::family::unix_socket: return check_unix(s, text, *parsed, is_served);
    case listen_address::family::inherited: break;
    }
    return all_well(name, text + ": the service manager brings the socket");
}

} // namespace

findings check_addresses(const settings::settings& s, bool is_served)
{
    findings all;
    for (const auto& each : s.server.listen) all.push_back(check_address(s, each, is_served));
    return all;
}

} // namespace watchword::server
