#include "server/service_manager.hpp"

#include "core/descriptor.hpp"
#include "core/text.hpp"
#include "core/unix_address.hpp"

#include <cstddef>
#include <cstdlib>
#include <ctime>
#include <sys/socket.h>
#include <sys/un.h>

namespace watchword::server {
namespace {

std::string_view variable(const char* name)
{
    const char* const text = std::getenv(name); // NOLINT(concurrency-mt-unsafe): before there are threads
    return text ? text : "";
}

} // namespace

service_manager::service_manager() : socket_(variable("NOTIFY_SOCKET"))
{
    const auto interval = core::parse_unsigned(variable("WATCHDOG_USEC"));
    const auto process = variable("WATCHDOG_PID");
    if (interval && *interval > 0 && (process.empty() || process == std::to_string(::getpid())))
        watchdog_ = std::chrono::microseconds(*interval);
}

void service_manager::tell_ready() const
{
    tell("MAINPID=" + std::to_string(::getpid()) + "\nREADY=1");
}

void service_manager::tell_reloading() const
{
    ::timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.tv_sec * 1'000'000 + now.tv_nsec / 1000));
}

void service_manager::tell_stopping() const
{
    tell("STOPPING=1");
}

void service_manager::tell_alive() const
{
    tell("WATCHDOG=1");
}

void service_manager::tell(std::string_view what) const noexcept
{
    auto address = core::unix_address(socket_);
    if (socket_.empty() || !address) return;
    if (address->sun_path[0] == '@') address->sun_path[0] = '\0'; // an abstract name
    const core::descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto size = static_cast<::socklen_t>(offsetof(::sockaddr_un, sun_path) + socket_.size());
    ::sendto(socket.get(), what.data(), what.size(), MSG_NOSIGNAL, reinterpret_cast<const ::sockaddr*>(&*address),
             size);
}

} // namespace watchword::server
