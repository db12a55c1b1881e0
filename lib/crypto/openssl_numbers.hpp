#pragma once

#include "core/secret.hpp"
#include "crypto/openssl_pointers.hpp"

#include <openssl/params.h>

#include <deque>
#include <string_view>
#include <vector>

// How numbers of keys go into OpenSSL and come out, without a copy that is not wiped. For lib/crypto alone.
namespace watchword::crypto {

// Makes a key of its numbers, which are unsigned with the highest byte first. Used once.
class key_builder {
public:
    explicit key_builder(const char* type) : type_(type) {} // "RSA"

    key_builder& number(const char* name, std::string_view value);
    key_builder& bytes(const char* name, std::string_view value);
    key_builder& text(const char* name, std::string_view value);

    // EVP_PKEY_PUBLIC_KEY or EVP_PKEY_KEYPAIR. Null if OpenSSL finds that it is none.
    pkey_pointer build(int selection);

private:
    char* keep(core::secret_string value);

    const char* const type_;
    std::deque<core::secret_string> values_; // which stay where they are
    std::vector<OSSL_PARAM> parameters_;
};

// A number of a key, without leading zeros, or with as many as it takes to have `size` bytes. At most 512 bytes. Throws
// std::runtime_error if the key has none of this name.
core::secret_string read_number(const EVP_PKEY&, const char* name, std::size_t size = 0);

} // namespace watchword::crypto
