#pragma once

#include "core/per_thread.hpp"
#include "core/secret.hpp"
#include "crypto/hmac.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace watchword::accounts {

// What a page must send back to show that it can read what its session was given, which pages of other sites cannot:
// the HMAC-SHA-256 of the session's id, in hexadecimal, under a key that is derived from the secret. A session has one,
// the same on every server with that secret, so none is kept; it opens nothing without the session's cookies, and tells
// nothing about them. Thread-safe.
class csrf_tokens {
public:
    static constexpr std::size_t text_size = 2 * crypto::hmac_sha256::size; // of every text

    // Throws std::invalid_argument for a secret of fewer than 32 bytes.
    explicit csrf_tokens(const core::secret_string& secret);

    std::string issue(std::string_view session_id);

    // Whether `text` is that session's. Takes no longer for one text than for another of the same length. Does not
    // allocate, but for a thread's first call.
    bool is_of(std::string_view session_id, std::string_view text);

private:
    core::per_thread<crypto::hmac_sha256> macs_;
};

} // namespace watchword::accounts
