#include "crypto/sealed_bytes.hpp"

#include "crypto/bytes.hpp"

#include <sodium.h>

#include <span>
#include <stdexcept>
#include <utility>

namespace watchword::crypto {
namespace {

// What is sealed is
//    1 byte   the version
//   24 bytes  the nonce
//   the rest  the plain bytes, encrypted, and 16 bytes that prove them and the name
constexpr char version = 1;
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t proof_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t start_size = 1 + nonce_size;

const unsigned char* checked(const core::secret_string& key)
{
    if (key.size() != crypto_aead_xchacha20poly1305_ietf_KEYBYTES)
        throw std::invalid_argument("a key that nothing can be sealed with");
    return as_bytes(key.view());
}

} // namespace

std::string seal_bytes(const core::secret_string& key, std::string_view plain, std::string_view name,
                       core::random_source& random)
{
    std::string out(start_size + plain.size() + proof_size, '\0');
    out[0] = version;
    random.fill(std::as_writable_bytes(std::span(out).subspan(1, nonce_size)));
    const auto* const nonce = as_bytes(std::string_view(out).substr(1));
    ::crypto_aead_xchacha20poly1305_ietf_encrypt(writable_bytes(out) + start_size, nullptr, as_bytes(plain),
                                                 plain.size(), as_bytes(name), name.size(), nullptr, nonce,
                                                 checked(key));
    return out;
}

core::result<core::secret_string> open_bytes(const core::secret_string& key, std::string_view sealed,
                                             std::string_view name)
{
    const auto* const key_bytes = checked(key);
    if (sealed.size() < start_size + proof_size || sealed.front() != version) return core::errc::invalid_input;
    const auto* const nonce = as_bytes(sealed.substr(1));
    const auto encrypted = sealed.substr(start_size);
    std::string text(encrypted.size() - proof_size, '\0');
    const int failed =
        ::crypto_aead_xchacha20poly1305_ietf_decrypt(writable_bytes(text), nullptr, nullptr, as_bytes(encrypted),
                                                     encrypted.size(), as_bytes(name), name.size(), nonce, key_bytes);
    core::secret_string plain(std::move(text));
    if (failed != 0) return core::errc::invalid_input;
    return plain;
}

} // namespace watchword::crypto
