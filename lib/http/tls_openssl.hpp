#pragma once

#include "core/clock.hpp"
#include "core/freed_by.hpp"
#include "http/tls.hpp"

#include <openssl/ssl.h>

#include <memory>
#include <vector>

// What the files of http/tls share of OpenSSL.
namespace watchword::http {

using core::freed_by;
using ssl_context_ptr = std::unique_ptr<SSL_CTX, freed_by<SSL_CTX_free>>;
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;

class tls_ticket_keys;

// What one reading of the files made. Immutable; sessions keep the one they began with.
struct tls_identity {
    ssl_context_ptr context;
    std::shared_ptr<tls_ticket_keys> tickets; // the context refers to them
    core::timestamp not_after;
};

// The time that a certificate says; the epoch if it says nonsense.
core::timestamp to_timestamp(const ASN1_TIME*) noexcept;

// What the context presents: the server's certificate first. Throws std::bad_alloc.
std::vector<tls_certificate> certificates_of(SSL_CTX&);

} // namespace watchword::http
