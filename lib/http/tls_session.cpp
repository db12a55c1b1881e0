#include "http/tls.hpp"
#include "http/tls_openssl.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <sys/socket.h>

namespace watchword::http {
namespace {

// What a client may send that becomes no data. After the handshake that is alerts, key updates and empty records, and a
// record of data until it is whole.
constexpr std::size_t most_in_handshake = 64 * 1024;
constexpr std::size_t most_between_data = 20 * 1024;

constexpr std::size_t largest_record = 16 * 1024; // RFC 8446 section 5.1
constexpr unsigned char handshake_record = 22;

bool is_letter(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool would_block(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK;
}

int on_read(BIO* bio, char* room, int size)
{
    auto& t = *static_cast<tls_session::transport*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (size <= 0) return 0;
    // A receive that came back short has emptied the socket: asking again would only tell so.
    if (t.asked && !t.may_hold_more) {
        BIO_set_retry_read(bio);
        return -1;
    }
    if (t.barren > t.most_barren) return -1;
    ssize_t got = 0;
    do {
        got = ::recv(t.socket, room, static_cast<std::size_t>(size), 0);
        ++t.receives;
    } while (got < 0 && errno == EINTR);
    t.asked = true;
    t.may_hold_more = got == size;
    if (got > 0) {
        t.barren += static_cast<std::size_t>(got);
        return static_cast<int>(got);
    }
    if (got == 0) {
        t.ended = true;
        return 0;
    }
    if (would_block(errno)) {
        BIO_set_retry_read(bio);
    } else {
        t.error = errno;
    }
    return -1;
}

// send() instead of write(): a peer that has gone must not become a SIGPIPE.
int on_write(BIO* bio, const char* bytes, int size)
{
    auto& t = *static_cast<tls_session::transport*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (size <= 0) return 0;
    ssize_t sent = 0;
    do {
        sent = ::send(t.socket, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
        ++t.sends;
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0) return static_cast<int>(sent);
    if (would_block(errno)) {
        BIO_set_retry_write(bio);
    } else {
        t.error = errno;
    }
    return -1;
}

// Says no to BIO_CTRL_EOF too: OpenSSL would take the bare end of a stream for an error after which nothing can be
// written.
long on_control(BIO*, int command, long, void*)
{
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* method()
{
    static const std::unique_ptr<BIO_METHOD, freed_by<BIO_meth_free>> made = [] {
        std::unique_ptr<BIO_METHOD, freed_by<BIO_meth_free>> m(
            BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "watchword socket"));
        if (!m || BIO_meth_set_read(m.get(), &on_read) != 1 || BIO_meth_set_write(m.get(), &on_write) != 1 ||
            BIO_meth_set_ctrl(m.get(), &on_control) != 1)
            throw std::bad_alloc();
        return m;
    }();
    return made.get();
}

std::string_view text(const char* s)
{
    return s ? std::string_view(s) : std::string_view();
}

} // namespace

tls_session::tls_session(std::shared_ptr<const tls_identity> identity, int socket) : identity_(std::move(identity))
{
    transport_.socket = socket;
    transport_.most_barren = most_in_handshake;
}

tls_session::~tls_session()
{
    SSL_free(ssl_);
}

// Looks without taking: plain text is left for its own reader, and who says nothing costs nothing.
tls_session::outcome tls_session::look_at_first_byte()
{
    unsigned char first = 0;
    ssize_t got = 0;
    do {
        got = ::recv(transport_.socket, &first, 1, MSG_PEEK);
        ++transport_.receives;
    } while (got < 0 && errno == EINTR);
    if (got == 0) return outcome::closed;
    if (got < 0 && would_block(errno)) return outcome::want_read;
    if (got < 0) {
        failure_ = ::strerrordesc_np(errno);
        return outcome::failed;
    }
    if (first == handshake_record) return outcome::done;
    failure_ = is_letter(first) ? "plain text on a TLS port" : "not a TLS handshake";
    return is_letter(first) ? outcome::not_tls : outcome::failed;
}

void tls_session::start()
{
    std::unique_ptr<SSL, freed_by<SSL_free>> ssl(SSL_new(identity_->context.get()));
    bio_ptr bio(BIO_new(method()));
    if (!ssl || !bio) throw std::bad_alloc();
    BIO_set_data(bio.get(), &transport_);
    BIO_set_init(bio.get(), 1);
    SSL_set_bio(ssl.get(), bio.get(), bio.get());
    static_cast<void>(bio.release()); // the session owns it now
    SSL_set_accept_state(ssl.get());
    ssl_ = ssl.release();
}

// OpenSSL judges a call by the thread's error queue too, and what is in there may be another session's.
void tls_session::begin_call() noexcept
{
    ERR_clear_error();
    transport_.asked = false;
}

tls_session::outcome tls_session::judge(int returned) noexcept
{
    switch (SSL_get_error(ssl_, returned)) {
    case SSL_ERROR_WANT_READ: starved_ = true; return outcome::want_read;
    case SSL_ERROR_WANT_WRITE: return outcome::want_write;
    case SSL_ERROR_ZERO_RETURN: return outcome::closed;
    case SSL_ERROR_SYSCALL:
        if (transport_.ended) return outcome::closed;
        failure_ = transport_.error != 0 ? ::strerrordesc_np(transport_.error) : "too much that is no data";
        return outcome::failed;
    default: break;
    }
    const auto verified = SSL_get_verify_result(ssl_);
    const char* const reason = verified != X509_V_OK ? X509_verify_cert_error_string(verified)
                                                     : ERR_reason_error_string(ERR_peek_last_error());
    failure_ = reason ? reason : "OpenSSL failed";
    ERR_clear_error();
    return outcome::failed;
}

tls_session::outcome tls_session::handshake()
{
    if (failure_) return outcome::failed;
    if (!ssl_) {
        const auto first = look_at_first_byte();
        if (first != outcome::done) return first;
        start();
    }
    begin_call();
    starved_ = false;
    const int returned = SSL_do_handshake(ssl_);
    if (returned != 1) return judge(returned);
    transport_.barren = 0;
    transport_.most_barren = most_between_data;
    return outcome::done;
}

tls_session::outcome tls_session::read(std::span<char> room, std::size_t& size)
{
    size = 0;
    if (failure_ || !ssl_) return outcome::failed;
    if (room.empty()) return outcome::done;
    begin_call();
    starved_ = false;
    const int returned = SSL_read_ex(ssl_, room.data(), room.size(), &size);
    if (returned != 1) return judge(returned);
    transport_.barren = 0;
    return outcome::done;
}

bool tls_session::has_pending() const noexcept
{
    return ssl_ && !failure_ && !starved_ && (transport_.may_hold_more || SSL_has_pending(ssl_) == 1);
}

tls_session::outcome tls_session::write(std::string_view bytes, std::size_t& size)
{
    size = 0;
    if (failure_ || !ssl_) return outcome::failed;
    if (bytes.empty()) return outcome::done;
    begin_call();
    const int returned = SSL_write_ex(ssl_, bytes.data(), std::min(bytes.size(), largest_record), &size);
    return returned == 1 ? outcome::done : judge(returned);
}

tls_session::outcome tls_session::shutdown()
{
    if (failure_ || has_said_goodbye_ || !ssl_ || SSL_is_init_finished(ssl_) != 1) return outcome::done;
    begin_call();
    const int returned = SSL_shutdown(ssl_); // 0: sent, and the peer's has not come
    if (returned < 0) return judge(returned);
    has_said_goodbye_ = true;
    return outcome::done;
}

std::string_view tls_session::protocol() const noexcept
{
    return ssl_ && SSL_is_init_finished(ssl_) == 1 ? text(SSL_get_version(ssl_)) : std::string_view();
}

std::string_view tls_session::cipher() const noexcept
{
    const SSL_CIPHER* const used = ssl_ ? SSL_get_current_cipher(ssl_) : nullptr;
    return used ? text(SSL_CIPHER_standard_name(used)) : std::string_view();
}

std::string_view tls_session::alpn() const noexcept
{
    const unsigned char* name = nullptr;
    unsigned size = 0;
    if (ssl_) SSL_get0_alpn_selected(ssl_, &name, &size);
    return {reinterpret_cast<const char*>(name), size};
}

bool tls_session::resumed() const noexcept
{
    return ssl_ && SSL_session_reused(ssl_) == 1;
}

std::string tls_session::client_subject() const
{
    const X509* const client = ssl_ ? SSL_get0_peer_certificate(ssl_) : nullptr;
    if (!client || SSL_is_init_finished(ssl_) != 1 || SSL_get_verify_result(ssl_) != X509_V_OK) return {};
    const bio_ptr out(BIO_new(BIO_s_mem()));
    if (!out || X509_NAME_print_ex(out.get(), X509_get_subject_name(client), 0, XN_FLAG_RFC2253) < 0)
        throw std::bad_alloc();
    const char* start = nullptr;
    const long size = BIO_get_mem_data(out.get(), &start);
    return {start, static_cast<std::size_t>(size)};
}

} // namespace watchword::http
