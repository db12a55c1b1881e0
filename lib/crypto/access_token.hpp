#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "crypto/registered_claims.hpp"
#include "crypto/signature.hpp"
#include "crypto/verifying_keys.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Access tokens of /v1: compact JWS with the header {"alg","typ":"at+jwt","kid"} and the claims of RFC 9068.
namespace watchword::crypto {

inline constexpr std::string_view access_token_type = "at+jwt"; // RFC 9068 section 2.1

struct access_token_claims {
    // 1 to 1,024 bytes
    std::string issuer;   // iss
    std::string subject;  // sub: the user's public id
    std::string audience; // aud
    // 1 to 128 bytes
    std::string id;                              // jti
    std::string session_id;                      // sid
    core::timestamp expires, not_before, issued; // exp, nbf, iat
    core::timestamp authenticated;               // auth_time: when the session began
    std::uint64_t generation = 0;     // gen: which of the user's it was; who logs out everywhere begins the next
    std::string scope;                // tokens with a space between (RFC 6749 section 3.3); at most 1,024 bytes
    std::vector<std::string> roles;   // at most 32 of 1 to 64 bytes
    std::vector<std::string> methods; // amr (RFC 8176): at most 8 of 1 to 32 bytes
};

// Signs claims with one key. One thread; a copy may go to another.
class access_token_issuer {
public:
    explicit access_token_issuer(const named_signing_key&);

    // Errors: invalid_input for claims beyond what is said above, or with anything but UTF-8 without control
    // characters; too_large for what would be longer than any token that is read.
    core::result<std::string> issue(const access_token_claims&);

private:
    std::string header_; // base64url
    signer signer_;
};

// Judges access tokens. Keeps a context for each key. One thread; a copy may go to another.
class access_token_verifier {
public:
    using claims_type = access_token_claims;
    static constexpr std::string_view token_type = access_token_type;

    // The keys are not null. Throws std::invalid_argument for a leeway that is negative or more than
    // token_expectations::most_leeway, and for an issuer or audience that is empty.
    access_token_verifier(std::shared_ptr<const verifying_key_set>, token_expectations);

    // Other keys from now on. Takes no time if they are the same object.
    void use(std::shared_ptr<const verifying_key_set> keys) { keys_.use(std::move(keys)); }

    // The claims of a token that is valid at `now`. Which are revoked is not known here.
    // Errors: expired_token for one that was good before; else invalid_token, whatever is wrong: what jws::parse
    // refuses; another `typ` than at+jwt; no `kid`, or none of the set's; another algorithm than that key's; a wrong
    // signature; what check_registered_claims refuses; no `nbf`, `iat`, `jti`, `sid`, `auth_time` or `gen`; any of
    // these that issue() would not write. `scope`, `roles` and `amr` may be absent; other members are not looked at.
    core::result<access_token_claims> verify(std::string_view token, core::timestamp now);

private:
    key_verifiers keys_;
    token_expectations expected_;
};

} // namespace watchword::crypto
