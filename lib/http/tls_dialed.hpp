#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace watchword::http {

// The client's side of a TLS connection to a server of one's own: nobody's certificate is verified, so it is for
// connections that do not leave the machine and carry no secret. One thread. Each member makes one attempt on a socket
// that does not block, and says what to wait for.
class tls_dialed {
public:
    enum class outcome { done, want_read, want_write, closed, failed };

    // The socket stays the caller's. Throws std::runtime_error if there is no memory.
    explicit tls_dialed(int socket);
    ~tls_dialed();
    tls_dialed(const tls_dialed&) = delete;
    tls_dialed& operator=(const tls_dialed&) = delete;

    outcome handshake();
    outcome write(std::string_view bytes, std::size_t& size);
    outcome read(std::span<char> room, std::size_t& size);

    // Why it failed, in OpenSSL's words.
    std::string_view failure() const noexcept { return failure_; }

private:
    outcome judge(int returned) noexcept;

    ssl_ctx_st* context_ = nullptr;
    ssl_st* ssl_ = nullptr;
    std::string_view failure_; // of a text that lives for ever
};

} // namespace watchword::http
