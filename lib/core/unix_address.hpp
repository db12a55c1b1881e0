#pragma once

#include <optional>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>

namespace watchword::core {

// The address of a Unix-domain socket with a path (unix(7)), which ends with a zero byte. Nothing if it is too long.
inline std::optional<::sockaddr_un> unix_address(std::string_view path) noexcept
{
    ::sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return std::nullopt;
    path.copy(address.sun_path, path.size());
    return address;
}

} // namespace watchword::core
