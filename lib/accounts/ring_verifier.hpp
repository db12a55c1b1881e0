#pragma once

#include "accounts/key_ring.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/per_thread.hpp"
#include "core/task.hpp"
#include "crypto/jws.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

namespace watchword::accounts {

// Verifies tokens by the keys of a ring. `Verifier` is one of lib/crypto's, with the claims and the type of its tokens,
// used by one thread. Thread-safe. Everything referred to must outlive it.
template <class Verifier> class ring_verifier {
public:
    struct verified {
        typename Verifier::claims_type claims;
        std::uint64_t keys = 0; // key_ring::version() before
    };

    // `made`: of no keys.
    ring_verifier(key_ring& k, const core::clock& c, const Verifier& made)
        : keys_(k), clock_(c), verifiers_([made] { return made; })
    {}

    // Errors: those of the verifier; overloaded, timed_out, unavailable, cancelled if nobody can tell what keys there
    // are. `token` must outlive the task.
    core::task<core::result<verified>> verify(std::string_view token)
    {
        const auto reloaded = co_await keys_.reload_if_changed();
        if (nobody_can_tell(reloaded)) co_return reloaded.error();
        auto version = keys_.version();
        auto claims = verify_now(token);
        if (!claims && claims.error() == core::errc::invalid_token) {
            const auto looked = co_await look_for_key(token);
            if (nobody_can_tell(looked)) co_return looked.error();
            if (const auto now = keys_.version(); std::exchange(version, now) != now) claims = verify_now(token);
        }
        if (!claims) co_return claims.error();
        co_return verified{std::move(*claims), version};
    }

private:
    // Other errors are of keys that cannot be used, which the ring has logged; the rest can.
    static bool nobody_can_tell(const core::result<void>& r) { return !r && r.error().category() == core::category(); }

    auto verify_now(std::string_view token)
    {
        auto& mine = verifiers_.local();
        mine.use(keys_.current()->verifying());
        return mine.verify(token, clock_.now());
    }

    // It may have been made a moment ago, and not been heard of yet.
    core::task<core::result<void>> look_for_key(std::string_view token)
    {
        const auto kid = crypto::key_name_of(token, Verifier::token_type);
        if (!kid) co_return core::result<void>();
        co_return co_await keys_.look_for(*kid);
    }

    key_ring& keys_;
    const core::clock& clock_;
    core::per_thread<Verifier> verifiers_;
};

} // namespace watchword::accounts
