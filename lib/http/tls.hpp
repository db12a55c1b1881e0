#pragma once

#include "core/clock.hpp"
#include "core/random.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct ssl_st;

// TLS 1.2 and 1.3 (RFC 5246, RFC 8446) over a socket that does not block, for whoever waits for the socket himself.
// OpenSSL is used directly: asio::ssl::stream keeps 34 KiB of buffers for each connection.
namespace watchword::http {

struct tls_settings {
    enum class client_certificates {
        none,     // not asked for
        optional, // one that is sent must be good, or the handshake fails
        required,
    };
    enum class version { tls_1_2, tls_1_3 };

    std::string certificate_file; // PEM: the server's certificate, then those between it and its root
    std::string key_file;         // PEM, without a passphrase
    std::string client_ca_file;   // PEM: the roots of client certificates; named if, and only if, they are asked for
    client_certificates clients = client_certificates::none;
    int client_chain_depth = 4; // CA certificates between a client's and its root, at most
    version least = version::tls_1_2;
};

struct tls_identity;
class tls_ticket_keys;

// One TLS connection, the server's side of it. One thread. Every member that talks to the socket makes one attempt and
// says what to wait for; no member throws, but handshake() and client_subject(), which may run out of memory.
class tls_session {
public:
    enum class outcome {
        done,
        want_read,  // call the same member again when the socket can be read
        want_write, // ... or written; a read may want it too
        closed,     // the peer has ended its stream
        failed,     // of no more use; failure() says why, and the peer has been told where TLS has a word for it
        not_tls,    // handshake() only: the client speaks plain text, and nothing it sent has been read yet
    };

    tls_session(std::shared_ptr<const tls_identity>, int socket);
    ~tls_session();
    tls_session(const tls_session&) = delete;
    tls_session& operator=(const tls_session&) = delete;

    // Holds no memory but its own until the client's first byte is there.
    outcome handshake();

    // At most one record, so call it until has_pending() is false. `closed` does not tell a close_notify from a bare
    // end of the stream: whoever could forge the latter can only cut a request short, which its Content-Length or last
    // chunk shows (RFC 9112 section 9.8). Writing stays possible.
    outcome read(std::span<char> room, std::size_t& size);
    // Whether read() may find something that no event of the socket will announce, edge-triggered or not. False after
    // want_read.
    bool has_pending() const noexcept;

    // Takes 16 KiB, one record, at most. After want_write the next call must bring the same bytes again, wherever they
    // are now, and may bring more behind them.
    outcome write(std::string_view bytes, std::size_t& size);

    // Sends close_notify, and does not wait for the peer's. Nothing to do before the handshake and after a failure.
    outcome shutdown();

    // Known after the handshake; empty before, and where there is none. Valid as long as the session.
    std::string_view protocol() const noexcept; // TLSv1.3
    std::string_view cipher() const noexcept;   // TLS_AES_128_GCM_SHA256
    std::string_view alpn() const noexcept;     // http/1.1
    bool resumed() const noexcept;
    // The subject of the client's verified certificate as RFC 2253 writes it: CN=ada,O=Watchword. Control characters
    // and bytes beyond ASCII are escaped.
    std::string client_subject() const;

    // Why it failed, in OpenSSL's or the system's words, for the log.
    std::string_view failure() const noexcept { return failure_ ? failure_ : std::string_view(); }

    // System calls that moved bytes, or tried to.
    std::uint32_t receives() const noexcept { return transport_.receives; }
    std::uint32_t sends() const noexcept { return transport_.sends; }

    // What OpenSSL reads and writes through.
    struct transport {
        int socket = -1;
        int error = 0;             // errno of the call that failed for good
        bool ended = false;        // the peer has closed its side
        bool may_hold_more = true; // as far as the last receive tells
        bool asked = false;        // since the member was called
        std::size_t most_barren = 0;
        std::size_t barren = 0; // bytes received since the last that became data
        std::uint32_t receives = 0, sends = 0;
    };

private:
    outcome look_at_first_byte();
    void start();
    void begin_call() noexcept;
    outcome judge(int returned) noexcept;

    std::shared_ptr<const tls_identity> identity_;
    ssl_st* ssl_ = nullptr;
    transport transport_;
    const char* failure_ = nullptr; // a text that lives for ever
    bool starved_ = true;           // the last call wanted to read
    bool has_said_goodbye_ = false;
};

// What a certificate says, for those who administer a server.
struct tls_certificate {
    std::string subject; // as RFC 2253 writes it; control characters are escaped
    core::timestamp not_before, not_after;
    bool is_signed_by_next = true; // by the one behind it in the file; true of the last one
};

// What all TLS connections share: certificate, client CAs, ticket keys. Thread-safe.
//
// Clients resume sessions by stateless tickets, whose keys stay the same over reload() and change every 12 hours; the
// last ones are still taken. A session that began with a client certificate is resumed only under the same client CAs
// and while that certificate is valid.
class tls_context {
public:
    // Throws std::runtime_error, one line that names the file and what is wrong with it. A certificate that is not
    // valid now, and a key that others can read, are only warnings in the log. Clock and randomness must outlive the
    // context and its sessions.
    tls_context(const tls_settings&, const core::clock&, core::random_source&);
    ~tls_context();

    // Reads the files of these settings, for new connections. Throws as the constructor does; what was in use stays in
    // use then. Reads files: not for an I/O thread.
    void reload(const tls_settings&);

    // `socket`: connected, does not block; stays the caller's, and open as long as the session.
    std::unique_ptr<tls_session> accept(int socket) const;

    // The end of the server certificate's validity.
    core::timestamp not_after() const;
    // The server's certificate and those behind it in its file, which clients are sent.
    std::vector<tls_certificate> certificates() const;

private:
    std::shared_ptr<const tls_identity> current() const;

    const core::clock& clock_;
    const std::shared_ptr<tls_ticket_keys> tickets_;
    mutable std::mutex mutex_;
    std::shared_ptr<const tls_identity> identity_; // guarded by mutex_
};

} // namespace watchword::http
