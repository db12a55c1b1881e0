#pragma once

#include "http/tls.hpp"
#include "support/certificates.hpp"
#include "support/tls_client.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace watchword::test {

using outcome = http::tls_session::outcome;

// Two sockets of this process that are connected and do not block.
class socket_pair {
public:
    // `buffer`: bytes that the kernel keeps for each direction, about; 0: its default.
    explicit socket_pair(int buffer = 0);
    ~socket_pair();
    socket_pair(const socket_pair&) = delete;
    socket_pair& operator=(const socket_pair&) = delete;

    int server() const noexcept { return ends_[0]; }
    int client() const noexcept { return ends_[1]; }
    void close_client();

private:
    int ends_[2] = {-1, -1};
};

// A TLS session of `context` with a client at its other end, each tried in turn in one thread.
struct tls_pair {
    explicit tls_pair(const http::tls_context& context, const tls_offer& offer = {}, int buffer = 0);

    // Until both have finished, failed or can only wait for each other. Whether both are done.
    bool shake();
    // To the end of `bytes`; throws std::runtime_error if that cannot be.
    void client_sends(std::string_view bytes);
    void server_sends(std::string_view bytes);
    // Everything that is there.
    std::string server_reads();
    std::string client_reads();

    socket_pair sockets;
    std::unique_ptr<http::tls_session> server;
    tls_client client;
    outcome server_outcome = outcome::want_read;
    tls_client::outcome client_outcome = tls_client::outcome::again;
};

// Certificates of a server and a context that uses them.
struct tls_files {
    temporary_directory directory;
    certificate_authority root{directory, "root"};
    certificate_files server{root.issue("server")};

    http::tls_settings settings() const;
};

// A clock that stands at the time of its making until it is moved.
class movable_clock final : public core::clock {
public:
    core::timestamp now() const noexcept override { return now_; }
    void move(std::chrono::seconds by) { now_ += by; }

private:
    core::timestamp now_ = core::system_clock().now();
};

} // namespace watchword::test
