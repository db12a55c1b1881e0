#include "crypto/hmac.hpp"

#include "crypto/bytes.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <stdexcept>
#include <string>

namespace watchword::crypto {
namespace {

void require(bool good)
{
    if (!good) throw std::runtime_error("OpenSSL cannot compute HMAC-SHA-256");
}

void init(EVP_MAC_CTX* mac, std::string_view key, const OSSL_PARAM* parameters)
{
    static constexpr char no_key = 0; // OpenSSL takes a null key for "keep the old one"
    const auto* const start = key.empty() ? as_bytes({&no_key, 1}) : as_bytes(key);
    require(EVP_MAC_init(mac, start, key.size(), parameters) == 1);
}

} // namespace

struct hmac_sha256::context {
    EVP_MAC_CTX* mac = nullptr;
    ~context() { EVP_MAC_CTX_free(mac); }
};

hmac_sha256::hmac_sha256(std::string_view key) : context_(std::make_unique<context>())
{
    EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
    require(algorithm != nullptr);
    context_->mac = EVP_MAC_CTX_new(algorithm);
    EVP_MAC_free(algorithm); // the context holds its own reference
    require(context_->mac != nullptr);
    std::string digest = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                                     OSSL_PARAM_construct_end()};
    init(context_->mac, key, parameters);
}

hmac_sha256::hmac_sha256(const hmac_sha256& other) : context_(std::make_unique<context>())
{
    context_->mac = EVP_MAC_CTX_dup(other.context_->mac);
    require(context_->mac != nullptr);
}

hmac_sha256::~hmac_sha256() = default;

void hmac_sha256::set_key(std::string_view key)
{
    init(context_->mac, key, nullptr); // the same digest again
}

hmac_sha256::tag hmac_sha256::sign(std::string_view message)
{
    tag out;
    std::size_t written = 0;
    require(EVP_MAC_init(context_->mac, nullptr, 0, nullptr) == 1); // the same key again
    require(EVP_MAC_update(context_->mac, as_bytes(message), message.size()) == 1);
    require(EVP_MAC_final(context_->mac, reinterpret_cast<unsigned char*>(out.data()), &written, out.size()) == 1);
    require(written == out.size());
    return out;
}

core::secret_string derive_key(const core::secret_string& secret, std::string_view purpose)
{
    if (secret.size() < hmac_sha256::size) throw std::invalid_argument("a secret is too short to derive keys from it");
    auto tag = hmac_sha256(secret.view()).sign(purpose);
    core::secret_string key(std::string_view(tag.data(), tag.size()));
    core::wipe(tag.data(), tag.size());
    return key;
}

} // namespace watchword::crypto
