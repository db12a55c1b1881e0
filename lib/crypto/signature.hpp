#pragma once

#include "crypto/signature_key.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace watchword::crypto {

class message_signer;   // what a signer keeps of OpenSSL
class message_verifier; // what a verifier does

// Makes signatures as JWS has them (RFC 7518 section 3, RFC 8037 section 3.1). Keeps initialised OpenSSL contexts. One
// thread; a copy has its own and may go to another thread.
class signer {
public:
    // Throws std::runtime_error if OpenSSL refuses.
    explicit signer(const signing_key&);
    signer(const signer& other) : signer(other.key_) {}
    signer(signer&&) noexcept;
    signer& operator=(const signer&) = delete;
    ~signer();

    const signing_key& key() const noexcept { return key_; }

    // HS256: 32 bytes; ES256: r and s, 32 bytes each; EdDSA: 64; RSA: as many as the modulus has. Throws
    // std::runtime_error if OpenSSL fails.
    std::string sign(std::string_view message);

private:
    signing_key key_;
    std::unique_ptr<message_signer> context_;
};

// Judges signatures. The same of threads and copies.
class verifier {
public:
    // Throws std::runtime_error if OpenSSL refuses.
    explicit verifier(const verifying_key&);
    verifier(const verifier& other) : verifier(other.key_) {}
    verifier(verifier&&) noexcept;
    verifier& operator=(const verifier&) = delete;
    ~verifier();

    const verifying_key& key() const noexcept { return key_; }

    // Whether that is a signature of the message under the key; never true for one of another size than sign() makes.
    // Nothing in either makes it throw.
    bool verify(std::string_view message, std::string_view signature);

private:
    verifying_key key_;
    std::unique_ptr<message_verifier> context_;
};

} // namespace watchword::crypto
