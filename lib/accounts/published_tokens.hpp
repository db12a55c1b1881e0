#pragma once

#include "accounts/key_ring.hpp"
#include "accounts/ring_signer.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/per_thread.hpp"
#include "core/task.hpp"
#include "core/workers.hpp"
#include "crypto/jwt.hpp"
#include "crypto/verifying_keys.hpp"

#include <cstdint>
#include <memory>
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

    // Errors: invalid_token; overloaded, timed_out, unavailable if nobody can tell what keys there are. `token` must
    // outlive the task.
    core::task<core::result<crypto::access_claims>> verify(std::string_view token);
    // Rises when this thread meets other keys: what was verified before must be verified again.
    std::uint64_t keys_seen();

private:
    struct verifying {
        crypto::key_verifiers keys{std::make_shared<const crypto::verifying_key_set>()};
        std::shared_ptr<const crypto::verifying_key_set> seen; // they
        std::uint64_t changes = 0;
    };

    key_ring& keys_;
    const core::clock& clock_;
    ring_signer<crypto::keyed_token_issuer> signer_;
    core::per_thread<verifying> verifying_;
};

} // namespace watchword::accounts
