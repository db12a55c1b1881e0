#pragma once

#include "core/clock.hpp"
#include "core/per_thread.hpp"
#include "core/random.hpp"
#include "core/secret.hpp"
#include "crypto/hmac.hpp"
#include "crypto/jwt.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace watchword::accounts {

// That whoever shows it, or whom it was taken from, has signed in to an account before.
struct device_proof {
    std::string public_id; // of the account; never empty
    std::string id;        // tells it from the account's others
};

// Makes and reads what devices are known by: a text for a cookie, signed with a key that is derived from the secret of
// the server, and the account's tokens. A proof opens nothing: who has one is only let through to have a password
// judged. Whether its account still exists is not asked. Thread-safe. The clock and the random source must outlive it.
class device_proofs {
public:
    // Older ones prove nothing.
    static constexpr std::chrono::seconds longest_age = std::chrono::hours(180 * 24);

    // `tokens` are issued for `token_lifetime`.
    device_proofs(const core::secret_string& secret, const crypto::hs256_tokens& tokens,
                  std::chrono::seconds token_lifetime, const core::clock&, core::random_source&);

    // The text for a device that has just signed in: letters, digits, '-', '_' and '.'. If the text it sent, `earlier`,
    // proves that it has signed in to that account before, it stays the same device. Nothing for a public id of more
    // than 1,024 bytes, which another program has made.
    std::optional<std::string> issue(std::string_view public_id, std::string_view earlier = {});

    // What such a text proves; nothing if it is not one of this server's, altered, too old, or from the future.
    std::optional<device_proof> read_device(std::string_view text);
    // The same of an access token: also of one that has expired, if it was issued (as tokens are now) no longer ago.
    std::optional<device_proof> read_token(std::string_view token);

private:
    struct keys {
        crypto::hs256_tokens tokens;
        crypto::hmac_sha256 mac;
    };

    std::string sign(std::string_view payload);

    const std::chrono::seconds grace_; // of expired tokens
    const core::clock& clock_;
    core::random_source& random_;
    core::per_thread<keys> keys_;
};

} // namespace watchword::accounts
