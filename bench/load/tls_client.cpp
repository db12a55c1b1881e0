#include "load/tls_client.hpp"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <arpa/inet.h>
#include <cerrno>
#include <stdexcept>

namespace watchword::load {
namespace {

constexpr std::size_t most_sessions = 10'000;

std::string last_error()
{
    const auto code = ERR_peek_last_error();
    const char* const reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : "the connection ended";
}

void require(bool good, const std::string& what)
{
    if (!good) throw std::runtime_error(what + ": " + last_error());
}

// As the functions of sockets say it.
ssize_t to_result(const SSL* ssl, int returned)
{
    if (returned > 0) return returned;
    switch (SSL_get_error(ssl, returned)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: errno = EAGAIN; return -1;
    case SSL_ERROR_ZERO_RETURN: return 0;
    default: errno = ECONNRESET; return -1;
    }
}

} // namespace

tls_stream::step tls_stream::handshake()
{
    ERR_clear_error();
    const int done = SSL_do_handshake(ssl_.get());
    if (done == 1) return step::done;
    switch (SSL_get_error(ssl_.get(), done)) {
    case SSL_ERROR_WANT_READ: return step::wants_to_read;
    case SSL_ERROR_WANT_WRITE: return step::wants_to_write;
    default: return step::failed;
    }
}

ssize_t tls_stream::send(std::string_view bytes)
{
    ERR_clear_error();
    return to_result(ssl_.get(), SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())));
}

ssize_t tls_stream::receive(char* to, std::size_t size)
{
    ERR_clear_error();
    return to_result(ssl_.get(), SSL_read(ssl_.get(), to, static_cast<int>(size)));
}

std::string tls_stream::failure() const
{
    const auto verified = SSL_get_verify_result(ssl_.get());
    return "TLS: " + (verified != X509_V_OK ? X509_verify_cert_error_string(verified) : last_error());
}

tls_client::tls_client(const tls_settings& s, const ::sockaddr_in& target)
    : context_(SSL_CTX_new(TLS_client_method())), name_(s.name)
{
    require(context_ != nullptr, "TLS cannot be used");
    try {
        SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                       SSL_MODE_RELEASE_BUFFERS);
        SSL_CTX_set_read_ahead(context_, 1); // a record is one read, not two
        SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_set_app_data(context_, this);
        if (s.resume) SSL_CTX_sess_set_new_cb(context_, keep_session);
        if (s.unchecked) return;
        require(SSL_CTX_load_verify_file(context_, s.authorities.c_str()) == 1, "cannot use " + s.authorities);
        SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
        char address[INET_ADDRSTRLEN];
        ::inet_ntop(AF_INET, &target.sin_addr, address, sizeof address);
        auto* const checked = SSL_CTX_get0_param(context_);
        require(name_.empty() ? X509_VERIFY_PARAM_set1_ip_asc(checked, address) == 1
                              : X509_VERIFY_PARAM_set1_host(checked, name_.c_str(), 0) == 1,
                "no name for a certificate");
    } catch (...) {
        SSL_CTX_free(context_);
        throw;
    }
}

tls_client::~tls_client()
{
    SSL_CTX_free(context_);
}

std::unique_ptr<tls_stream> tls_client::start(int socket)
{
    SSL* const ssl = SSL_new(context_);
    require(ssl != nullptr, "TLS cannot be used");
    auto stream = std::make_unique<tls_stream>(ssl, std::chrono::steady_clock::now());
    require(SSL_set_fd(ssl, socket) == 1, "TLS cannot be used");
    SSL_set_connect_state(ssl);
    if (!name_.empty()) SSL_set_tlsext_host_name(ssl, name_.c_str());
    if (!sessions_.empty()) resume_newest(ssl);
    return stream;
}

// A ticket of TLS 1.3 is used once (RFC 8446, appendix C.4, and OpenSSL insists), one of TLS 1.2 until another comes.
void tls_client::resume_newest(SSL* ssl)
{
    SSL_SESSION* const newest = sessions_.back().get();
    SSL_set_session(ssl, newest);
    if (SSL_SESSION_get_protocol_version(newest) >= TLS1_3_VERSION) sessions_.pop_back();
}

// Called by OpenSSL with a session of its own reference: it is ours now.
int tls_client::keep_session(SSL* ssl, SSL_SESSION* session)
{
    auto& self = *static_cast<tls_client*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    self.sessions_.emplace_back(session, SSL_SESSION_free);
    if (self.sessions_.size() > most_sessions) self.sessions_.pop_front();
    return 1;
}

} // namespace watchword::load
