#include "http/tls_tickets.hpp"

#include "core/secret.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <algorithm>
#include <exception>

namespace watchword::http {
namespace {

bool set_key(EVP_MAC_CTX* mac, std::span<unsigned char> key)
{
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.data(), key.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, static_cast<char*>(digest), 0),
        OSSL_PARAM_construct_end()};
    return EVP_MAC_CTX_set_params(mac, static_cast<const OSSL_PARAM*>(parameters)) == 1;
}

} // namespace

tls_ticket_keys::key::~key()
{
    core::wipe(encryption.data(), encryption.size());
    core::wipe(authentication.data(), authentication.size());
}

tls_ticket_keys::tls_ticket_keys(const core::clock& clock, core::random_source& random)
    : clock_(clock), random_(random), made_(clock.now())
{
    make(current_);
    make(last_); // opens nothing, as nobody has a ticket of it
}

void tls_ticket_keys::make(key& k)
{
    random_.fill(std::as_writable_bytes(std::span(k.name)));
    random_.fill(std::as_writable_bytes(std::span(k.encryption)));
    random_.fill(std::as_writable_bytes(std::span(k.authentication)));
}

void tls_ticket_keys::rotate()
{
    const auto now = clock_.now();
    if (now < made_) made_ = now; // the clock was set back: keys must not live until it is there again
    if (now - made_ < period) return;
    key fresh;
    make(fresh);
    if (now - made_ < 2 * period) {
        last_ = current_;
    } else {
        make(last_);
    }
    current_ = fresh;
    made_ = now;
}

bool tls_ticket_keys::seal(unsigned char* name, std::span<unsigned char> iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac)
{
    random_.fill(std::as_writable_bytes(iv));
    const std::lock_guard lock(mutex_);
    rotate();
    std::copy(current_.name.begin(), current_.name.end(), name);
    return EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, current_.encryption.data(), iv.data()) == 1 &&
           set_key(mac, current_.authentication);
}

// What OpenSSL's callback returns: 0 for a ticket that nobody here has made, 2 to use it and send a new one.
int tls_ticket_keys::open(const unsigned char* name, const unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac)
{
    const std::lock_guard lock(mutex_);
    rotate();
    for (key* const k : {&current_, &last_}) {
        if (!std::equal(k->name.begin(), k->name.end(), name)) continue;
        if (EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, k->encryption.data(), iv) != 1) return -1;
        if (!set_key(mac, k->authentication)) return -1;
        return 2;
    }
    return 0;
}

int tls_ticket_keys::on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                               EVP_MAC_CTX* mac, int encrypts)
{
    auto& keys = *static_cast<tls_ticket_keys*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    try {
        if (encrypts == 0) return keys.open(name, iv, cipher, mac);
        const auto iv_size = static_cast<std::size_t>(EVP_CIPHER_get_iv_length(EVP_aes_256_cbc()));
        return keys.seal(name, {iv, iv_size}, cipher, mac) ? 1 : -1;
    } catch (const std::exception&) { // no randomness
        return -1;
    }
}

// A ticket stands for the certificate that its client has shown once; an expired one counts no more.
bool tls_ticket_keys::takes_again(const SSL_SESSION& session) const
{
    // OpenSSL's function takes a pointer to what it does not change.
    const X509* const client = SSL_SESSION_get0_peer(const_cast<SSL_SESSION*>(&session));
    return client == nullptr || to_timestamp(X509_get0_notAfter(client)) >= clock_.now();
}

SSL_TICKET_RETURN tls_ticket_keys::on_opened(SSL* ssl, SSL_SESSION* session, const unsigned char*, std::size_t,
                                             SSL_TICKET_STATUS status, void*)
{
    const auto& keys = *static_cast<const tls_ticket_keys*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    const bool opened = status == SSL_TICKET_SUCCESS || status == SSL_TICKET_SUCCESS_RENEW;
    return opened && keys.takes_again(*session) ? SSL_TICKET_RETURN_USE_RENEW : SSL_TICKET_RETURN_IGNORE_RENEW;
}

void tls_ticket_keys::use_in(SSL_CTX& context)
{
    SSL_CTX_set_app_data(&context, this);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(&context, &tls_ticket_keys::on_ticket);
    SSL_CTX_set_session_ticket_cb(&context, nullptr, &tls_ticket_keys::on_opened, nullptr);
    SSL_CTX_set_num_tickets(&context, 1); // each is a system call of its own
    SSL_CTX_set_timeout(&context, std::chrono::duration_cast<std::chrono::seconds>(period).count());
    SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
}

} // namespace watchword::http
