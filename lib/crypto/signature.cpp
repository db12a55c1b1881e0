#include "crypto/signature.hpp"

#include "core/secret.hpp"
#include "crypto/bytes.hpp"
#include "crypto/hmac.hpp"
#include "crypto/kept_digest.hpp"
#include "crypto/key_material.hpp"

#include <openssl/bn.h>
#include <openssl/rsa.h>

#include <array>
#include <cstddef>

namespace watchword::crypto {

class message_signer {
public:
    virtual ~message_signer() = default;
    virtual std::string sign(std::string_view message) = 0;
};

class message_verifier {
public:
    virtual ~message_verifier() = default;
    virtual bool verify(std::string_view message, std::string_view signature) = 0;
};

namespace {

constexpr int number_size = 32;         // of r and of s
constexpr std::size_t longest_der = 72; // of a pair of them
constexpr std::size_t eddsa_size = 64;

void require(bool good)
{
    require_openssl(good, "OpenSSL cannot compute signatures");
}

class sha256 {
public:
    using value = std::array<unsigned char, 32>;

    value of(std::string_view message)
    {
        value out;
        kept_.of(message, out);
        return out;
    }

private:
    kept_digest<32> kept_{"SHA256"};
};

// A context that signs or verifies SHA-256 values any number of times. One for messages would lose what was set of PSS
// each time it begins anew.
pkey_context_pointer open_context(const key_material& key, int (*start)(EVP_PKEY_CTX*))
{
    pkey_context_pointer context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.pkey.get(), nullptr));
    require(context && start(context.get()) == 1);
    require(EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1);
    if (key.algorithm == signature_algorithm::rs256)
        require(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1);
    if (key.algorithm == signature_algorithm::ps256) {
        require(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) == 1);
        require(EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), EVP_sha256()) == 1);
        require(EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST) == 1); // 32
    }
    return context;
}

// OpenSSL's ECDSA signatures are DER, those of JWS are r and s (RFC 7518 section 3.4).
std::string from_der(std::string_view der)
{
    const unsigned char* at = as_bytes(der);
    const ecdsa_signature_pointer pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
    require(pair != nullptr);
    std::string out(2 * number_size, '\0');
    auto* const to = writable_bytes(out);
    require(BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), to, number_size) == number_size);
    require(BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), to + number_size, number_size) == number_size);
    return out;
}

std::string to_der(std::string_view pair)
{
    const ecdsa_signature_pointer both(ECDSA_SIG_new());
    BIGNUM* const r = BN_bin2bn(as_bytes(pair), number_size, nullptr);
    BIGNUM* const s = BN_bin2bn(as_bytes(pair) + number_size, number_size, nullptr);
    require(both && ECDSA_SIG_set0(both.get(), r, s) == 1); // which owns them now
    std::string out(longest_der, '\0');
    auto* end = writable_bytes(out);
    const int size = i2d_ECDSA_SIG(both.get(), &end);
    require(size > 0);
    out.resize(static_cast<std::size_t>(size));
    return out;
}

std::size_t size_of_signatures(const key_material& key)
{
    if (key.algorithm == signature_algorithm::es256) return 2 * number_size;
    return static_cast<std::size_t>(EVP_PKEY_get_size(key.pkey.get()));
}

class hmac_signer final : public message_signer {
public:
    explicit hmac_signer(const key_material& key) : mac_(key.secret.view()) {}
    std::string sign(std::string_view message) override
    {
        const auto tag = mac_.sign(message);
        return {tag.data(), tag.size()};
    }

private:
    hmac_sha256 mac_;
};

class hmac_verifier final : public message_verifier {
public:
    explicit hmac_verifier(const key_material& key) : mac_(key.secret.view()) {}
    bool verify(std::string_view message, std::string_view signature) override
    {
        const auto expected = mac_.sign(message);
        return core::equal_in_constant_time(signature, {expected.data(), expected.size()});
    }

private:
    hmac_sha256 mac_;
};

// ES256, RS256, PS256.
class digest_signer final : public message_signer {
public:
    explicit digest_signer(const key_material& key)
        : is_pair_(key.algorithm == signature_algorithm::es256),
          longest_(static_cast<std::size_t>(EVP_PKEY_get_size(key.pkey.get()))),
          context_(open_context(key, EVP_PKEY_sign_init))
    {}
    std::string sign(std::string_view message) override
    {
        const auto hashed = hash_.of(message);
        std::string out(longest_, '\0');
        std::size_t size = out.size();
        require(EVP_PKEY_sign(context_.get(), writable_bytes(out), &size, hashed.data(), hashed.size()) == 1);
        out.resize(size);
        return is_pair_ ? from_der(out) : out;
    }

private:
    const bool is_pair_;
    const std::size_t longest_;
    sha256 hash_;
    pkey_context_pointer context_;
};

class digest_verifier final : public message_verifier {
public:
    explicit digest_verifier(const key_material& key)
        : is_pair_(key.algorithm == signature_algorithm::es256),
          size_(size_of_signatures(key)),
          context_(open_context(key, EVP_PKEY_verify_init))
    {}
    bool verify(std::string_view message, std::string_view signature) override
    {
        // OpenSSL's PSS would take one without its leading zeros, a second spelling.
        if (signature.size() != size_) return false;
        if (is_pair_) return fits(message, to_der(signature));
        return fits(message, signature);
    }

private:
    bool fits(std::string_view message, std::string_view encoded)
    {
        const auto hashed = hash_.of(message);
        return EVP_PKEY_verify(context_.get(), as_bytes(encoded), encoded.size(), hashed.data(), hashed.size()) == 1;
    }

    const bool is_pair_;
    const std::size_t size_;
    sha256 hash_;
    pkey_context_pointer context_;
};

// Ed25519 takes whole messages only. With no key given, an open context begins anew with the one it has.
class eddsa_signer final : public message_signer {
public:
    explicit eddsa_signer(const key_material& key) : context_(EVP_MD_CTX_new())
    {
        require(context_ && EVP_DigestSignInit(context_.get(), nullptr, nullptr, nullptr, key.pkey.get()) == 1);
    }
    std::string sign(std::string_view message) override
    {
        std::string out(eddsa_size, '\0');
        std::size_t size = out.size();
        require(EVP_DigestSignInit(context_.get(), nullptr, nullptr, nullptr, nullptr) == 1);
        const auto* const whole = as_bytes(message);
        require(EVP_DigestSign(context_.get(), writable_bytes(out), &size, whole, message.size()) == 1);
        require(size == eddsa_size);
        return out;
    }

private:
    md_context_pointer context_;
};

class eddsa_verifier final : public message_verifier {
public:
    explicit eddsa_verifier(const key_material& key) : context_(EVP_MD_CTX_new())
    {
        require(context_ && EVP_DigestVerifyInit(context_.get(), nullptr, nullptr, nullptr, key.pkey.get()) == 1);
    }
    bool verify(std::string_view message, std::string_view signature) override
    {
        if (signature.size() != eddsa_size) return false;
        require(EVP_DigestVerifyInit(context_.get(), nullptr, nullptr, nullptr, nullptr) == 1);
        const auto* const whole = as_bytes(message);
        return EVP_DigestVerify(context_.get(), as_bytes(signature), signature.size(), whole, message.size()) == 1;
    }

private:
    md_context_pointer context_;
};

// One of three for each algorithm.
template <class Interface, class Hmac, class Eddsa, class Digest>
std::unique_ptr<Interface> make_context(const key_material& key)
{
    const quiet_errors quiet;
    if (key.algorithm == signature_algorithm::hs256) return std::make_unique<Hmac>(key);
    if (key.algorithm == signature_algorithm::eddsa) return std::make_unique<Eddsa>(key);
    return std::make_unique<Digest>(key);
}

} // namespace

signer::signer(const signing_key& key)
    : key_(key), context_(make_context<message_signer, hmac_signer, eddsa_signer, digest_signer>(key.material()))
{}

signer::signer(signer&&) noexcept = default;
signer::~signer() = default;

std::string signer::sign(std::string_view message)
{
    const quiet_errors quiet;
    return context_->sign(message);
}

verifier::verifier(const verifying_key& key)
    : key_(key),
      context_(make_context<message_verifier, hmac_verifier, eddsa_verifier, digest_verifier>(key.material()))
{}

verifier::verifier(verifier&&) noexcept = default;
verifier::~verifier() = default;

bool verifier::verify(std::string_view message, std::string_view signature)
{
    const quiet_errors quiet;
    return context_->verify(message, signature);
}

} // namespace watchword::crypto
