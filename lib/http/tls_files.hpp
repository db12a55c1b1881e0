#pragma once

#include "core/clock.hpp"
#include "http/tls.hpp"
#include "http/tls_openssl.hpp"

namespace watchword::http {

// Both throw std::runtime_error: one line that names the file and what is wrong with it.

// Gives `context` the server's certificate, the chain above it and the key. Returns the end of its validity.
core::timestamp use_certificate(SSL_CTX& context, const tls_settings&, const core::clock&);

// Makes `context` ask for client certificates as the settings say.
void use_client_authorities(SSL_CTX& context, const tls_settings&);

} // namespace watchword::http
