#pragma once

#include "accounts/key_ring.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/per_thread.hpp"
#include "core/task.hpp"
#include "core/workers.hpp"
#include "crypto/signature_algorithm.hpp"
#include "crypto/signature_key.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace watchword::accounts {

// Signs claims with the key of a ring whose turn it is. `Issuer` is made of a crypto::named_signing_key, used by one
// thread, and has issue(claims). Thread-safe. Everything referred to must outlive it.
template <class Issuer> class ring_signer {
public:
    // `signing` makes the signatures that would hold up others.
    ring_signer(key_ring& k, core::workers& signing, const core::clock& c)
        : keys_(k), signing_(signing), clock_(c), kept_([] { return kept(); })
    {}

    // The token. Errors: unavailable if no key signs; overloaded, cancelled; those of the issuer. `claims` must outlive
    // the task.
    template <class Claims> core::task<core::result<std::string>> sign(const Claims& claims)
    {
        const auto keys = co_await keys_.for_signing();
        if (!keys) co_return keys.error();
        const auto* const key = (*keys)->signing_key(clock_.precise_now());
        if (key == nullptr) {
            core::log::error("no key signs tokens", {});
            co_return core::errc::unavailable;
        }
        const auto work = [&](std::size_t) -> core::result<std::string> {
            return kept_.local().issuer_of(*key).issue(claims);
        };
        if (!crypto::is_slow_to_sign(key->key.algorithm())) co_return work(0);
        auto text = co_await signing_.run(work);
        co_return text;
    }

private:
    // The issuer of the key that a thread has used last, so that its context is made once.
    struct kept {
        Issuer& issuer_of(const crypto::named_signing_key& next)
        {
            if (!key || key->kid != next.kid || &key->key.material() != &next.key.material()) {
                key.reset();
                issuer.emplace(next);
                key.emplace(next); // kept, so that no other is ever at its place
            }
            return *issuer;
        }

        std::optional<crypto::named_signing_key> key;
        std::optional<Issuer> issuer; // of that key
    };

    key_ring& keys_;
    core::workers& signing_;
    const core::clock& clock_;
    core::per_thread<kept> kept_;
};

} // namespace watchword::accounts
