#include "http/tls_dialed.hpp"

#include "http/tls_openssl.hpp"

#include <openssl/err.h>

#include <stdexcept>

namespace watchword::http {

tls_dialed::tls_dialed(int socket)
{
    ERR_clear_error();
    ssl_context_ptr context(SSL_CTX_new(TLS_client_method()));
    if (context) SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
    ssl_ = context ? SSL_new(context.get()) : nullptr;
    if (!ssl_ || SSL_set_fd(ssl_, socket) != 1) {
        SSL_free(ssl_);
        throw std::runtime_error("OpenSSL cannot be set up for TLS");
    }
    context_ = context.release();
}

tls_dialed::~tls_dialed()
{
    SSL_free(ssl_);
    SSL_CTX_free(context_);
}

tls_dialed::outcome tls_dialed::handshake()
{
    ERR_clear_error();
    return judge(SSL_connect(ssl_));
}

tls_dialed::outcome tls_dialed::write(std::string_view bytes, std::size_t& size)
{
    ERR_clear_error();
    return judge(SSL_write_ex(ssl_, bytes.data(), bytes.size(), &size));
}

tls_dialed::outcome tls_dialed::read(std::span<char> room, std::size_t& size)
{
    ERR_clear_error();
    return judge(SSL_read_ex(ssl_, room.data(), room.size(), &size));
}

tls_dialed::outcome tls_dialed::judge(int returned) noexcept
{
    if (returned == 1) return outcome::done;
    switch (SSL_get_error(ssl_, returned)) {
    case SSL_ERROR_WANT_READ: return outcome::want_read;
    case SSL_ERROR_WANT_WRITE: return outcome::want_write;
    case SSL_ERROR_ZERO_RETURN: return outcome::closed;
    default: break;
    }
    const char* const reason = ERR_reason_error_string(ERR_peek_error());
    failure_ = reason ? std::string_view(reason) : "the connection was cut";
    return outcome::failed;
}

} // namespace watchword::http
