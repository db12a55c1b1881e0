#include "core/text.hpp"
#include "http/tls.hpp"
#include "http/tls_files.hpp"
#include "http/tls_openssl.hpp"
#include "http/tls_tickets.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace watchword::http {
namespace {

// Mozilla's "intermediate" list without what needs finite-field Diffie-Hellman: forward secrecy and AEAD only.
constexpr const char* ciphers_of_tls_1_2 = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                                           "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                                           "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* ciphers_of_tls_1_3 = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* groups = "X25519:P-256:P-384";
constexpr int security_level = 2;                 // 112 bits: RSA of 2048 bits and more, no SHA-1
constexpr long longest_client_chain = 32 * 1024;  // bytes
constexpr std::string_view http_1_1 = "http/1.1"; // RFC 7301 section 6

void require(bool good)
{
    if (good) return;
    const char* const reason = ERR_reason_error_string(ERR_peek_error());
    ERR_clear_error();
    throw std::runtime_error(std::string("OpenSSL cannot be set up for TLS: ") + (reason ? reason : "no memory"));
}

// `offered` is a list of names, each behind a byte of its length; OpenSSL has checked that it is one.
int on_alpn(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered, unsigned size,
            void*)
{
    const std::string_view list(reinterpret_cast<const char*>(offered), size);
    for (std::size_t at = 0; at < list.size();) {
        const auto length = static_cast<unsigned char>(list[at]);
        if (list.substr(at + 1, length) == http_1_1) {
            *chosen = offered + at + 1;
            *chosen_size = length;
            return SSL_TLSEXT_ERR_OK;
        }
        at += 1U + length;
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL; // no_application_protocol
}

void set_protocol(SSL_CTX& c, tls_settings::version least)
{
    require(SSL_CTX_set_min_proto_version(&c, least == tls_settings::version::tls_1_3 ? TLS1_3_VERSION
                                                                                      : TLS1_2_VERSION) == 1);
    require(SSL_CTX_set_max_proto_version(&c, TLS1_3_VERSION) == 1);
    SSL_CTX_set_security_level(&c, security_level);
    require(SSL_CTX_set_cipher_list(&c, ciphers_of_tls_1_2) == 1);
    require(SSL_CTX_set_ciphersuites(&c, ciphers_of_tls_1_3) == 1);
    require(SSL_CTX_set1_groups_list(&c, groups) == 1);
    require(SSL_CTX_set_max_early_data(&c, 0) == 1); // RFC 8446 section 8: it can be replayed
    require(SSL_CTX_set_recv_max_early_data(&c, 0) == 1);
    SSL_CTX_set_max_cert_list(&c, longest_client_chain);
    SSL_CTX_set_alpn_select_cb(&c, &on_alpn, nullptr);
}

void set_behaviour(SSL_CTX& c)
{
    SSL_CTX_set_options(&c, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_RENEGOTIATION |
                                SSL_OP_NO_COMPRESSION | SSL_OP_CLEANSE_PLAINTEXT);
    // The chain is what the file says, not what the client CAs would complete.
    SSL_CTX_set_mode(&c, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_read_ahead(&c, 1); // a record's header and body with one system call
}

std::shared_ptr<const tls_identity> load(const tls_settings& s, const core::clock& clock,
                                         std::shared_ptr<tls_ticket_keys> tickets)
{
    ERR_clear_error();
    auto identity = std::make_shared<tls_identity>();
    identity->context.reset(SSL_CTX_new(TLS_server_method()));
    require(identity->context != nullptr);
    SSL_CTX& c = *identity->context;
    set_protocol(c, s.least);
    set_behaviour(c);
    tickets->use_in(c);
    identity->tickets = std::move(tickets);
    identity->not_after = use_certificate(c, s, clock);
    use_client_authorities(c, s);
    return identity;
}

} // namespace

tls_context::tls_context(const tls_settings& s, const core::clock& clock, core::random_source& random)
    : clock_(clock), tickets_(std::make_shared<tls_ticket_keys>(clock, random)), identity_(load(s, clock_, tickets_))
{}

tls_context::~tls_context() = default;

void tls_context::reload(const tls_settings& s)
{
    auto fresh = load(s, clock_, tickets_);
    const std::lock_guard lock(mutex_);
    identity_.swap(fresh);
}

std::shared_ptr<const tls_identity> tls_context::current() const
{
    const std::lock_guard lock(mutex_);
    return identity_;
}

std::unique_ptr<tls_session> tls_context::accept(int socket) const
{
    return std::make_unique<tls_session>(current(), socket);
}

std::vector<tls_certificate> tls_context::certificates() const
{
    return certificates_of(*current()->context);
}

core::timestamp tls_context::not_after() const
{
    return current()->not_after;
}

} // namespace watchword::http
