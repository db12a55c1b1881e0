#include "crypto/sealed_key.hpp"

#include "crypto/bytes.hpp"
#include "crypto/hmac.hpp"
#include "crypto/jwk.hpp"

#include <sodium.h>

#include <span>
#include <stdexcept>
#include <utility>

namespace watchword::crypto {
namespace {

// What is sealed is
//    1 byte   the version
//   24 bytes  the nonce
//   the rest  the private JWK, encrypted, and 16 bytes that prove it and the kid
constexpr char version = 1;
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t proof_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t start_size = 1 + nonce_size;

// Nothing else is derived from the secret by this name.
constexpr std::string_view purpose = "watchword sealed signing keys 1";

} // namespace

key_seal::key_seal(const core::secret_string& secret) : key_(derive_key(secret, purpose))
{
    static_assert(hmac_sha256::size == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
}

std::string key_seal::seal(const named_signing_key& key, core::random_source& random) const
{
    const core::stack_wipe wipe;
    const auto plain = write_private_jwk(key);
    std::string out(start_size + plain.size() + proof_size, '\0');
    out[0] = version;
    random.fill(std::as_writable_bytes(std::span(out).subspan(1, nonce_size)));
    const auto* const nonce = as_bytes(std::string_view(out).substr(1));
    ::crypto_aead_xchacha20poly1305_ietf_encrypt(writable_bytes(out) + start_size, nullptr, as_bytes(plain.view()),
                                                 plain.size(), as_bytes(key.kid), key.kid.size(), nullptr, nonce,
                                                 as_bytes(key_.view()));
    return out;
}

core::result<signing_key> key_seal::open(std::string_view kid, std::string_view sealed) const
{
    if (sealed.size() < start_size + proof_size || sealed.front() != version) return core::errc::invalid_input;
    const core::stack_wipe wipe;
    const auto* const nonce = as_bytes(sealed.substr(1));
    const auto encrypted = sealed.substr(start_size);
    std::string text(encrypted.size() - proof_size, '\0');
    const int failed = ::crypto_aead_xchacha20poly1305_ietf_decrypt(
        writable_bytes(text), nullptr, nullptr, as_bytes(encrypted), encrypted.size(), as_bytes(kid), kid.size(), nonce,
        as_bytes(key_.view()));
    const core::secret_string plain(std::move(text));
    if (failed != 0) return core::errc::invalid_input;
    auto read = read_private_jwk(plain.view());
    if (!read || read->kid != kid) return core::errc::invalid_input;
    return std::move(read->key);
}

} // namespace watchword::crypto
