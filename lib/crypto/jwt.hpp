#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/secret.hpp"
#include "crypto/hmac.hpp"
#include "crypto/jws.hpp"
#include "crypto/signature.hpp"
#include "crypto/verifying_keys.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace watchword::crypto {

// What the tutorial's access tokens say.
struct access_claims {
    std::string public_id;   // of the user; never empty
    core::timestamp expires; // the first second at which the token is no longer valid
};

// The tutorial's access tokens: compact JWS (RFC 7515) with HS256 (RFC 7518 section 3.2) and JWT claims (RFC 7519), as
// strict as RFC 8725 asks. One thread; a copy may go to another.
class hs256_tokens {
public:
    // Longer ones are refused before any work.
    static constexpr std::size_t longest_token = longest_jws;

    explicit hs256_tokens(const core::secret_string& key) : mac_(key.view()) {}

    // {"alg":"HS256","typ":"JWT"} . {"public_id":...,"exp":...}
    std::string issue(const access_claims&);

    // The claims of a token that is valid at `now`. Error: invalid_token, whatever is wrong: not three segments of
    // canonical base64url; a wrong signature; another algorithm; `crit`, `enc`, `"b64":false` or a `kid` that is no
    // text; duplicate members; no finite `exp` or one not after `now`, without leeway; `nbf` or `iat` after `now` or
    // not a number; any `aud`; no `public_id`. Other members are not looked at, keys in the header are never used.
    core::result<access_claims> verify(std::string_view token, core::timestamp now);

private:
    hmac_sha256 mac_;
};

inline constexpr std::string_view tutorial_token_type = "JWT";

// The same tokens, signed with one of several keys, which the header names: {"alg","typ":"JWT","kid"}. One thread; a
// copy may go to another.
class keyed_token_issuer {
public:
    explicit keyed_token_issuer(const named_signing_key&);

    std::string issue(const access_claims&);

private:
    std::string header_; // base64url
    signer signer_;
};

// Judges such tokens. Keeps a context for each key. One thread; a copy may go to another.
class keyed_token_verifier {
public:
    using claims_type = access_claims;
    static constexpr std::string_view token_type = tutorial_token_type;

    // The keys are not null.
    explicit keyed_token_verifier(std::shared_ptr<const verifying_key_set> keys) : keys_(std::move(keys)) {}

    // Other keys from now on. Takes no time if they are the same object.
    void use(std::shared_ptr<const verifying_key_set> keys) { keys_.use(std::move(keys)); }

    // As hs256_tokens::verify; invalid_token also for another `typ`, and for a key that is none of these.
    core::result<access_claims> verify(std::string_view token, core::timestamp now);

private:
    key_verifiers keys_;
};

} // namespace watchword::crypto
