#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace watchword::load {

struct tls_settings {
    std::string authorities; // a file of certificates in PEM
    std::string name;        // in the certificate, and told to the server; empty: the address
    bool unchecked = false;  // any certificate will do
    bool resume = false;     // new connections resume the newest session that nobody has resumed
};

// TLS over a connected socket that does not block. One thread. The socket stays the caller's.
class tls_stream {
public:
    enum class step { done, wants_to_read, wants_to_write, failed };

    tls_stream(SSL* made, std::chrono::steady_clock::time_point began) : ssl_(made, SSL_free), began_(began) {}

    step handshake();
    // As send(2) and recv(2): -1 with errno, which is EAGAIN if it has to wait.
    ssize_t send(std::string_view bytes);
    ssize_t receive(char* to, std::size_t size);
    // There are bytes that the socket no longer has.
    bool has_more() const { return SSL_has_pending(ssl_.get()) == 1; }
    bool has_resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
    std::chrono::steady_clock::time_point began() const noexcept { return began_; }
    // Says goodbye, if the socket takes it at once.
    void close() { SSL_shutdown(ssl_.get()); }
    // Why the handshake failed.
    std::string failure() const;

private:
    std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
    std::chrono::steady_clock::time_point began_;
};

// Makes the streams of one thread and keeps the sessions that they may resume.
class tls_client {
public:
    // Throws std::runtime_error if the file of authorities cannot be used.
    tls_client(const tls_settings&, const ::sockaddr_in& target);
    ~tls_client();
    tls_client(const tls_client&) = delete;
    tls_client& operator=(const tls_client&) = delete;

    // Throws std::runtime_error. The client must outlive the stream.
    std::unique_ptr<tls_stream> start(int socket);

private:
    static int keep_session(SSL*, SSL_SESSION*);
    void resume_newest(SSL*);

    SSL_CTX* context_ = nullptr;
    std::deque<std::unique_ptr<SSL_SESSION, void (*)(SSL_SESSION*)>> sessions_; // to be resumed; the newest is last
    std::string name_; // for the server; empty: it is an address
};

} // namespace watchword::load
