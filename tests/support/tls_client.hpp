#pragma once

#include "support/certificates.hpp"

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::test {

// What a TLS client offers. Texts are as OpenSSL takes them; empty: OpenSSL's default.
struct tls_offer {
    int least = TLS1_2_VERSION, most = TLS1_3_VERSION;
    std::string ciphers;            // TLS 1.2 and before
    std::string suites;             // TLS 1.3
    std::string groups;             // P-256:X25519
    std::string alpn;               // names with spaces between
    std::string authority;          // file of the root it trusts; empty: it trusts anyone
    certificate_files own;          // its certificate
    SSL_SESSION* session = nullptr; // to resume
};

// The client's side of one TLS connection over a socket that does not block. One thread. Members throw
// std::runtime_error for what no test asks for.
class tls_client {
public:
    enum class outcome { done, again, closed, failed };

    // The socket stays the caller's.
    tls_client(int socket, const tls_offer&);
    ~tls_client();
    tls_client(const tls_client&) = delete;
    tls_client& operator=(const tls_client&) = delete;

    outcome handshake();
    // Appends what is there, one record at most.
    outcome read(std::string& to);
    // Takes off `bytes` what was sent.
    outcome write(std::string_view& bytes);
    outcome shutdown();

    // The reason of the last failure, such as "tlsv1 alert protocol version".
    const std::string& failure() const noexcept { return failure_; }
    // The common name of the server's certificate; empty if none was shown.
    std::string server_name() const;
    std::string alpn() const;
    SSL* native() const noexcept { return ssl_; }

    using session_ptr = std::unique_ptr<SSL_SESSION, void (*)(SSL_SESSION*)>;
    // The last ticket that has come. TLS 1.3 sends it after the handshake, so read() something first.
    session_ptr ticket();
    std::size_t tickets() const noexcept { return tickets_.size(); }

private:
    static int on_ticket(SSL*, SSL_SESSION*);
    outcome judge(int returned);

    SSL_CTX* context_ = nullptr;
    SSL* ssl_ = nullptr;
    std::vector<session_ptr> tickets_;
    std::string failure_;
};

} // namespace watchword::test
