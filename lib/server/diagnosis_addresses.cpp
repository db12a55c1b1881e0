#include "server/diagnosis_addresses.hpp"

#include "core/descriptor.hpp"
#include "core/listen_address.hpp"
#include "core/unix_address.hpp"
#include "http/probe.hpp"
#include "server/diagnosis_files.hpp"

#include <cerrno>
#include <chrono>
#include <netinet/in.h>
#include <optional>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace watchword::server {
namespace {

using core::listen_address;

constexpr auto name = "addresses";
constexpr std::chrono::seconds patience{1};

core::descriptor open_socket(int family)
{
    core::descriptor made(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const ::timeval limit{patience.count(), 0};
    if (made.get() >= 0) ::setsockopt(made.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit); // of connect(), too
    return made;
}

// Whether what listens there answers as a Watchword server does.
bool is_watchword(const listen_address& where)
try {
    const auto answer = http::probe(http::reachable(where), "/health/live", patience);
    return answer.status == 200 && answer.body.find(R"({"status":"live"})") != answer.body.npos;
} catch (const std::runtime_error&) { // nobody answers, or not in time
    return false;
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
    if (can_be_asked(a)) asked = is_watchword(a);
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
    const auto address = core::unix_address(a.name);
    if (!address) return error_of(name, text + ": the path is longer than a socket's may be", "Name a shorter one.");
    const auto client = open_socket(AF_UNIX);
    if (!connects(client, &*address, sizeof *address))
        return errno == ECONNREFUSED ? all_well(name, text + " was left behind by a server, and is free")
                                     : judge_use(s, text, false, is_served);
    std::optional<bool> asked;
    if (can_be_asked(a)) asked = is_watchword(a);
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
