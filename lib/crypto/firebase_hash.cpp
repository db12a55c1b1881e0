#include "crypto/firebase_hash.hpp"

#include "crypto/bytes.hpp"
#include "crypto/hash_bounds.hpp"
#include "crypto/hash_text.hpp"
#include "crypto/openssl_pointers.hpp"

#include <bit>

namespace watchword::crypto {
namespace {

constexpr std::size_t key_size = 32, shortest_signer_key = 16, longest_signer_key = 256;

// Empty if OpenSSL fails.
std::string encrypt(std::string_view key, std::string_view text)
{
    const unsigned char counter[16] = {};
    const cipher_context_pointer context(EVP_CIPHER_CTX_new());
    std::string out(text.size(), '\0');
    int size = 0;
    const bool good =
        context && EVP_EncryptInit_ex(context.get(), EVP_aes_256_ctr(), nullptr, as_bytes(key), counter) == 1 &&
        EVP_EncryptUpdate(context.get(), writable_bytes(out), &size, as_bytes(text), static_cast<int>(text.size())) ==
            1;
    return good ? out : std::string();
}

// NAME=BASE64 up to a separator, all of which is removed; nothing if it is no such thing.
std::optional<std::string> take_bytes(std::string_view& text, std::string_view name, char separator)
{
    if (!text.starts_with(name)) return std::nullopt;
    auto rest = text.substr(name.size());
    const auto encoded = take_until(rest, separator);
    if (!encoded) return std::nullopt;
    auto decoded = decode_base64(*encoded, base64_form::padded);
    if (!decoded) return std::nullopt;
    text = rest;
    return std::move(*decoded);
}

} // namespace

std::string format_firebase(const firebase_hash& h)
{
    const auto encode = [](const std::string& part) { return encode_base64(part, base64_form::padded); };
    return "$fbscrypt$v=1,n=" + std::to_string(std::countr_zero(h.cost.n)) + ",r=" + std::to_string(h.cost.r) +
           ",p=" + std::to_string(h.cost.p) + ",ss=" + encode(h.salt_separator) + ",sk=" + encode(h.signer_key) + "$" +
           encode(h.salt) + "$" + encode(h.hash);
}

core::result<firebase_hash> parse_firebase(std::string_view text)
{
    constexpr std::string_view prefix = "$fbscrypt$v=1,";
    if (!text.starts_with(prefix)) return core::errc::invalid_input;
    text.remove_prefix(prefix.size());
    const auto exponent = take_number(text, "n=", ',');
    const auto r = exponent ? take_number(text, "r=", ',') : std::nullopt;
    const auto p = r ? take_number(text, "p=", ',') : std::nullopt;
    auto separator = p ? take_bytes(text, "ss=", ',') : std::nullopt;
    auto signer = separator ? take_bytes(text, "sk=", '$') : std::nullopt;
    auto salt = signer ? take_bytes(text, "", '$') : std::nullopt;
    auto hash = salt ? decode_base64(text, base64_form::padded) : core::errc::invalid_input;
    if (!hash || signer->size() < shortest_signer_key || signer->size() > longest_signer_key ||
        hash->size() != signer->size() || salt->size() + separator->size() > hash_bounds::salt_size)
        return core::errc::invalid_input;
    if (*exponent >= 64) return core::errc::too_large;
    const scrypt_cost cost{std::uint64_t(1) << *exponent, *r, *p};
    if (const auto wrong = check(cost)) return wrong;
    return firebase_hash{cost, std::move(*separator), std::move(*signer), std::move(*salt), std::move(*hash)};
}

core::result<bool> matches(const firebase_hash& hash, std::string_view password)
{
    const auto key = scrypt(hash.cost, password, hash.salt + hash.salt_separator, key_size);
    if (!key) return core::errc::unavailable;
    const auto encrypted = encrypt(key->view(), hash.signer_key);
    if (encrypted.empty()) return core::errc::unavailable;
    return core::equal_in_constant_time(encrypted, hash.hash);
}

} // namespace watchword::crypto
