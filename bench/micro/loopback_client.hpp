#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::micro {

// A blocking client that allocates nothing while it sends and reads. Throws std::runtime_error.
class loopback_client {
public:
    explicit loopback_client(std::uint16_t port);
    ~loopback_client();
    loopback_client(loopback_client&& other) noexcept;
    loopback_client(const loopback_client&) = delete;
    loopback_client& operator=(const loopback_client&) = delete;

    // Sends a whole request and reads its answer, which must have that status and a Content-Length. The answer's body;
    // valid until the next call, of any client of this thread.
    std::string_view exchange(std::string_view request, int expected_status);

private:
    int socket_;
};

std::string get(std::string_view path, std::string_view token = {});
std::string post_form(std::string_view path, std::string_view form);

} // namespace watchword::micro
