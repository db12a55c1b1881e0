#include "crypto/werkzeug.hpp"

#include "core/text.hpp"

#include <openssl/evp.h>

#include <array>

namespace watchword::crypto {
namespace {

constexpr std::uint64_t most_iterations = 10'000'000;
constexpr std::uint64_t most_scrypt_bytes = 256u << 20;
constexpr std::uint64_t most_scrypt_p = 16;
constexpr std::size_t scrypt_size = 64;

const unsigned char* bytes(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

// The next part before a ':', removed from `rest`; everything if there is none.
std::string_view take_part(std::string_view& rest)
{
    const auto colon = rest.find(':');
    const auto part = rest.substr(0, colon);
    rest = colon == rest.npos ? std::string_view() : rest.substr(colon + 1);
    return part;
}

const EVP_MD* find_digest(std::string_view name)
{
    if (name == "sha1") return EVP_sha1();
    if (name == "sha224") return EVP_sha224();
    if (name == "sha256") return EVP_sha256();
    if (name == "sha384") return EVP_sha384();
    if (name == "sha512") return EVP_sha512();
    return nullptr;
}

std::optional<werkzeug_hash> parse_pbkdf2(std::string_view arguments, werkzeug_hash hash)
{
    hash.method = werkzeug_hash::method::pbkdf2;
    hash.digest = take_part(arguments);
    const auto iterations = core::parse_unsigned(take_part(arguments));
    if (!arguments.empty() || !iterations || find_digest(hash.digest) == nullptr) return std::nullopt;
    if (*iterations == 0 || *iterations > most_iterations) return std::nullopt;
    hash.iterations = *iterations;
    return hash;
}

std::optional<werkzeug_hash> parse_scrypt(std::string_view arguments, werkzeug_hash hash)
{
    hash.method = werkzeug_hash::method::scrypt;
    if (arguments.empty()) arguments = "32768:8:1"; // Werkzeug's default since it has scrypt
    const auto n = core::parse_unsigned(take_part(arguments));
    const auto r = core::parse_unsigned(take_part(arguments));
    const auto p = core::parse_unsigned(take_part(arguments));
    if (!n || !r || !p || !arguments.empty()) return std::nullopt;
    if (*n < 2 || (*n & (*n - 1)) != 0 || *r == 0 || *p == 0 || *p > most_scrypt_p) return std::nullopt;
    if (*n > most_scrypt_bytes || *r > most_scrypt_bytes / 128 / *n) return std::nullopt;
    hash.n = *n;
    hash.r = *r;
    hash.p = *p;
    return hash;
}

} // namespace

std::optional<werkzeug_hash> parse_werkzeug(std::string_view text)
{
    const auto first = text.find('$');
    const auto second = first == text.npos ? first : text.find('$', first + 1);
    if (second == text.npos) return std::nullopt;
    werkzeug_hash hash;
    hash.salt = text.substr(first + 1, second - first - 1);
    hash.hex = text.substr(second + 1);
    if (hash.salt.empty() || hash.salt.size() > 1024) return std::nullopt;
    if (hash.hex.size() < 40 || !core::hex_decode(hash.hex)) return std::nullopt;
    auto method = text.substr(0, first);
    const auto name = take_part(method);
    if (name == "pbkdf2") return parse_pbkdf2(method, hash);
    if (name == "scrypt") return parse_scrypt(method, hash);
    return std::nullopt;
}

std::optional<core::secret_string> derive(const werkzeug_hash& hash, std::string_view password)
{
    std::array<unsigned char, 64> key;
    std::size_t size = scrypt_size;
    int good = 0;
    if (hash.method == werkzeug_hash::method::pbkdf2) {
        const EVP_MD* const digest = find_digest(hash.digest);
        size = static_cast<std::size_t>(EVP_MD_get_size(digest));
        good = PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), bytes(hash.salt),
                                 static_cast<int>(hash.salt.size()), static_cast<int>(hash.iterations), digest,
                                 static_cast<int>(size), key.data());
    } else {
        constexpr std::uint64_t spare = 64u << 20; // for what scrypt needs beside its main table
        good = EVP_PBE_scrypt(password.data(), password.size(), bytes(hash.salt), hash.salt.size(), hash.n, hash.r,
                              hash.p, most_scrypt_bytes + spare, key.data(), size);
    }
    if (good != 1) return std::nullopt;
    core::secret_string hex(core::hex_encode({reinterpret_cast<const char*>(key.data()), size}));
    core::wipe(key.data(), key.size());
    return hex;
}

} // namespace watchword::crypto
