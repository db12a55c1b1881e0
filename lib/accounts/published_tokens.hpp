#pragma once

#include "accounts/key_ring.hpp"
#include "accounts/ring_signer.hpp"
#include "accounts/ring_verifier.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/task.hpp"
#include "core/workers.hpp"
#include "crypto/jwt.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace watchword::accounts {

// The tutorial's tokens, signed with the keys of a ring, which anybody may fetch and check them with. Thread-safe.
// Everything referred to must outlive it.
class published_tokens {
public:
    published_tokens(key_ring&, core::workers& signing, const core::clock&);

    // As ring_signer::sign.
    core::task<core::result<std::string>> issue(crypto::access_claims);

    // As ring_verifier::verify.
    core::task<core::result<crypto::access_claims>> verify(std::string_view token);
    // key_ring::version(): what was verified before it rose must be verified again.
    std::uint64_t keys() const noexcept { return keys_.version(); }

private:
    key_ring& keys_;
    ring_signer<crypto::keyed_token_issuer> signer_;
    ring_verifier<crypto::keyed_token_verifier> verifier_;
};

} // namespace watchword::accounts
