#include "crypto/key_derivation.hpp"

#include "crypto/bytes.hpp"
#include "crypto/hash_bounds.hpp"
#include "crypto/openssl_pointers.hpp"

#include <string>

namespace watchword::crypto {
namespace {

struct named_digest {
    std::string_view name;
    std::size_t size;
    const EVP_MD* (*method)();
};

// In the order of `digest`.
constexpr named_digest digests[] = {
    {"sha1", 20, EVP_sha1},     {"sha224", 28, EVP_sha224}, {"sha256", 32, EVP_sha256},
    {"sha384", 48, EVP_sha384}, {"sha512", 64, EVP_sha512},
};

const named_digest& about(digest d) noexcept
{
    return digests[static_cast<std::size_t>(d)];
}

} // namespace

std::optional<digest> find_digest(std::string_view name) noexcept
{
    for (std::size_t i = 0; i < std::size(digests); ++i)
        if (digests[i].name == name) return static_cast<digest>(i);
    return std::nullopt;
}

std::size_t size_of(digest d) noexcept
{
    return about(d).size;
}

core::error_code check(const pbkdf2_cost& c, std::size_t key_size) noexcept
{
    if (c.iterations == 0 || key_size == 0) return core::errc::invalid_input;
    const std::uint64_t blocks = (key_size + size_of(c.function) - 1) / size_of(c.function);
    if (c.iterations > hash_bounds::pbkdf2_iterations / blocks) return core::errc::too_large;
    return {};
}

std::optional<core::secret_string> pbkdf2(const pbkdf2_cost& c, std::string_view password, std::string_view salt,
                                          std::size_t key_size)
{
    std::string key(key_size, '\0');
    const int good = PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), as_bytes(salt),
                                       static_cast<int>(salt.size()), static_cast<int>(c.iterations),
                                       about(c.function).method(), static_cast<int>(key_size), writable_bytes(key));
    core::secret_string kept(std::move(key));
    if (good != 1) return std::nullopt;
    return kept;
}

core::error_code check(const scrypt_cost& c) noexcept
{
    using namespace hash_bounds;
    if (c.n < 2 || (c.n & (c.n - 1)) != 0 || c.r == 0 || c.p == 0) return core::errc::invalid_input;
    if (c.n > scrypt_bytes || c.r > scrypt_bytes / 128 / c.n || c.p > scrypt_p) return core::errc::too_large;
    if (c.p > scrypt_work_bytes / (128 * c.n * c.r)) return core::errc::too_large;
    if (c.r == 1 && c.n >= 1u << 16) return core::errc::invalid_input;
    return {};
}

std::optional<core::secret_string> scrypt(const scrypt_cost& c, std::string_view password, std::string_view salt,
                                          std::size_t key_size)
{
    constexpr std::uint64_t spare = 64u << 20; // for what scrypt needs beside its main table
    std::string key(key_size, '\0');
    const int good = EVP_PBE_scrypt(password.data(), password.size(), as_bytes(salt), salt.size(), c.n, c.r, c.p,
                                    hash_bounds::scrypt_bytes + spare, writable_bytes(key), key_size);
    core::secret_string kept(std::move(key));
    if (good != 1) return std::nullopt;
    return kept;
}

std::optional<core::secret_string> hash_of(digest d, std::string_view a, std::string_view b)
{
    const md_context_pointer context(EVP_MD_CTX_new());
    std::string out(size_of(d), '\0');
    const bool good = context && EVP_DigestInit_ex(context.get(), about(d).method(), nullptr) == 1 &&
                      EVP_DigestUpdate(context.get(), a.data(), a.size()) == 1 &&
                      EVP_DigestUpdate(context.get(), b.data(), b.size()) == 1 &&
                      EVP_DigestFinal_ex(context.get(), writable_bytes(out), nullptr) == 1;
    core::secret_string kept(std::move(out));
    if (!good) return std::nullopt;
    return kept;
}

} // namespace watchword::crypto
