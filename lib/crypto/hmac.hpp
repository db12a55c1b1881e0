#pragma once

#include "core/secret.hpp"

#include <array>
#include <memory>
#include <string_view>

namespace watchword::crypto {

// HMAC-SHA-256 (RFC 2104, FIPS 198-1) under one key. Keeps an initialised OpenSSL context, which costs a sixth of
// setting one up for each message. One thread; a copy has a context of its own and may go to another thread.
class hmac_sha256 {
public:
    static constexpr std::size_t size = 32; // bytes of a tag
    using tag = std::array<char, size>;

    // Any key length; throws std::runtime_error if OpenSSL refuses.
    explicit hmac_sha256(std::string_view key);
    hmac_sha256(const hmac_sha256&);
    hmac_sha256& operator=(const hmac_sha256&) = delete;
    ~hmac_sha256();

    tag sign(std::string_view message);

    // What follows is signed under another key, in the same context. Throws as the constructor.
    void set_key(std::string_view key);

private:
    struct context;
    std::unique_ptr<context> context_;
};

// A key for one purpose, of the 32 bytes of a tag, from a secret that has others: knowing the one tells nothing about
// the other. Throws std::invalid_argument for a secret of fewer than 32 bytes, such as one that has been wiped: anybody
// could derive its keys.
core::secret_string derive_key(const core::secret_string& secret, std::string_view purpose);

} // namespace watchword::crypto
