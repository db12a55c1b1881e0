#pragma once

#include "core/clock.hpp"
#include "core/random.hpp"
#include "http/tls_openssl.hpp"

#include <array>
#include <chrono>
#include <mutex>
#include <span>

namespace watchword::http {

// The keys of session tickets (RFC 5077 section 4). A pair is made anew every `period`; the pair before it still opens
// tickets for as long, so that one stolen later opens nothing older than two periods. Thread-safe.
class tls_ticket_keys {
public:
    static constexpr std::chrono::hours period{12};

    // Both must outlive it.
    tls_ticket_keys(const core::clock&, core::random_source&);

    // Makes `context` issue and take tickets of these keys, which must outlive it.
    void use_in(SSL_CTX& context);

private:
    struct key {
        std::array<unsigned char, 16> name{};
        std::array<unsigned char, 32> encryption{}, authentication{};
        ~key();
    };

    static int on_ticket(SSL*, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX*, EVP_MAC_CTX*, int encrypts);
    static SSL_TICKET_RETURN on_opened(SSL*, SSL_SESSION*, const unsigned char*, std::size_t, SSL_TICKET_STATUS, void*);
    bool seal(unsigned char* name, std::span<unsigned char> iv, EVP_CIPHER_CTX*, EVP_MAC_CTX*);
    int open(const unsigned char* name, const unsigned char* iv, EVP_CIPHER_CTX*, EVP_MAC_CTX*);
    bool takes_again(const SSL_SESSION&) const;
    void make(key&);
    void rotate();

    const core::clock& clock_;
    core::random_source& random_;
    std::mutex mutex_; // guards what follows
    key current_, last_;
    core::timestamp made_; // current_
};

} // namespace watchword::http
