#pragma once

#include "core/error.hpp"
#include "core/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// OpenSSL's password-based key derivations, within hash_bounds.hpp. Thread-safe; they block for as long as it takes.
namespace watchword::crypto {

enum class digest { sha1, sha224, sha256, sha384, sha512 };

std::optional<digest> find_digest(std::string_view name) noexcept; // "sha256"
std::size_t size_of(digest) noexcept;

// PBKDF2-HMAC (RFC 8018 section 5.2).
struct pbkdf2_cost {
    digest function = digest::sha256;
    std::uint64_t iterations = 0;
};
// invalid_input for no iterations; too_large beyond the bounds with a key of that many bytes.
core::error_code check(const pbkdf2_cost&, std::size_t key_size) noexcept;
// Nothing if OpenSSL fails; the cost must have been checked.
std::optional<core::secret_string> pbkdf2(const pbkdf2_cost&, std::string_view password, std::string_view salt,
                                          std::size_t key_size);

// scrypt (RFC 7914).
struct scrypt_cost {
    std::uint64_t n = 0, r = 0, p = 0;
};
// invalid_input for what scrypt does not have (N is a power of two from 2 up, and below 2^(16r)); too_large beyond the
// bounds.
core::error_code check(const scrypt_cost&) noexcept;
// Nothing if OpenSSL fails or there is no memory; the cost must have been checked.
std::optional<core::secret_string> scrypt(const scrypt_cost&, std::string_view password, std::string_view salt,
                                          std::size_t key_size);

// The digest of `a` with `b` behind it. Nothing if OpenSSL fails.
std::optional<core::secret_string> hash_of(digest, std::string_view a, std::string_view b = {});

} // namespace watchword::crypto
