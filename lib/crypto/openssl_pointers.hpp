#pragma once

#include "core/freed_by.hpp"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

// Owners of what OpenSSL allocates, for lib/crypto alone.
namespace watchword::crypto {

using core::freed_by;

using pkey_pointer = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using pkey_context_pointer = std::unique_ptr<EVP_PKEY_CTX, freed_by<EVP_PKEY_CTX_free>>;
using cipher_context_pointer = std::unique_ptr<EVP_CIPHER_CTX, freed_by<EVP_CIPHER_CTX_free>>;
using md_pointer = std::unique_ptr<EVP_MD, freed_by<EVP_MD_free>>;
using md_context_pointer = std::unique_ptr<EVP_MD_CTX, freed_by<EVP_MD_CTX_free>>;
using ecdsa_signature_pointer = std::unique_ptr<ECDSA_SIG, freed_by<ECDSA_SIG_free>>;

// Leaves the thread's queue of errors empty, where other users of OpenSSL would take what is there for their own.
class quiet_errors {
public:
    quiet_errors() = default;
    quiet_errors(const quiet_errors&) = delete;
    quiet_errors& operator=(const quiet_errors&) = delete;
    ~quiet_errors() { ERR_clear_error(); }
};

// For what fails only without memory, or in a broken installation.
inline void require_openssl(bool good, const char* what)
{
    if (!good) throw std::runtime_error(what);
}

} // namespace watchword::crypto
