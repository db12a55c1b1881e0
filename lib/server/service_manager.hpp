#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace watchword::server {

// Tells the service manager how the service is, as sd_notify(3) does: the datagrams at $NOTIFY_SOCKET are a stable
// interface, and systemd's library would be one more in every image. Without that variable nothing is told. Nothing
// fails and nothing blocks for long. Thread-safe.
class service_manager {
public:
    // Reads the environment: before there are other threads.
    service_manager();

    void tell_ready() const;     // and that this is the process to watch
    void tell_reloading() const; // until the next tell_ready()
    void tell_stopping() const;
    void tell_alive() const;
    // How often at least it wants to be told that the service lives; nothing if it does not.
    std::optional<std::chrono::microseconds> watchdog() const noexcept { return watchdog_; }

private:
    void tell(std::string_view) const noexcept;

    std::string socket_; // empty: none
    std::optional<std::chrono::microseconds> watchdog_;
};

} // namespace watchword::server
