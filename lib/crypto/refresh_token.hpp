#pragma once

#include "core/error.hpp"
#include "core/secret.hpp"
#include "crypto/hmac.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace watchword::crypto {

// What a refresh token says: the how manieth of which session it is.
struct refresh_token {
    static constexpr std::size_t id_size = 16;
    // The highest number that is accepted, so that its successor fits into the databases' integers, too. The first
    // is 1.
    static constexpr std::uint64_t last_number = (std::uint64_t{1} << 63) - 2;

    std::array<char, id_size> session{}; // its id
    std::uint64_t number = 0;

    friend bool operator==(const refresh_token&, const refresh_token&) = default;
};

// Makes and reads the texts of refresh tokens: "wr_" and, in base64url without padding,
//   16 bytes  the session's id
//    8 bytes  the number, the highest byte first
//   16 bytes  the start of the HMAC-SHA-256 of these 24 bytes, under a key of the session's: the HMAC-SHA-256 of its id
//             under a key that is derived from the secret
// The same token has the same text at any time and on every server that has the secret, so none needs to be kept. Keeps
// contexts of OpenSSL. One thread; a copy may go to another.
class refresh_tokens {
public:
    static constexpr std::string_view prefix = "wr_";
    static constexpr std::size_t mac_size = 16;
    static constexpr std::size_t text_size = 57; // of every text, in bytes

    // Throws std::invalid_argument for a secret of fewer than 32 bytes.
    explicit refresh_tokens(const core::secret_string& secret);

    core::secret_string issue(const refresh_token&);

    // Error: invalid_token for whatever issue() has not made under this secret, and for numbers that are not accepted.
    // Takes no longer for one text than for another of the same length and form.
    core::result<refresh_token> verify(std::string_view text);

private:
    std::array<char, mac_size> mac_of(std::string_view id_and_number);

    hmac_sha256 server_, session_; // the latter under the key of whatever session was asked for last
};

} // namespace watchword::crypto
