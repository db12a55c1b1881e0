#pragma once

#include "accounts/published_tokens.hpp"
#include "accounts/revocations.hpp"
#include "accounts/token_cache.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/per_thread.hpp"
#include "core/random.hpp"
#include "core/striped_counter.hpp"
#include "core/task.hpp"
#include "crypto/jwt.hpp"
#include "store/database.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace watchword::accounts {

// Who is calling, as a checked token says.
struct identity {
    std::string public_id;
    core::timestamp expires;
};
using caller = std::shared_ptr<const identity>;

// Issues the tutorial's access tokens and tells whether one is valid now. A token that was checked before costs no
// signature, no JSON and no database: each thread remembers, in bounded memory, the tokens it has verified and the
// state of the database at which they were good, and `revocations` has what was revoked here since. How:
// tutorial_tokens.hpp. Thread-safe. Everything referred to must outlive it.
class token_checker {
public:
    // With `published`, tokens are signed with published keys; those with HS256 are good, too.
    token_checker(const crypto::hs256_tokens&, std::chrono::seconds lifetime, store::database&, revocations&,
                  const core::clock&, core::random_source&, published_tokens* published = nullptr);

    // A token for a user whose password was proved since `begun`, a now() of before; `revoked_until`: what was found of
    // him then (proven_user::tutorial_until). If he has been changed meanwhile, it is revoked already.
    // Errors: those of published_tokens::issue.
    core::task<core::result<std::string>> issue(std::string public_id, core::timestamp begun,
                                                core::timestamp revoked_until);
    core::timestamp now() const noexcept { return clock_.now(); }

    // The caller of a token this thread knows; null when the slow way must decide.
    caller check_known(std::string_view token);
    // The slow way: signature, claims, and what the database knows of the user. Errors: invalid_token; overloaded,
    // timed_out, unavailable when the database cannot tell. `token` must outlive the task.
    core::task<core::result<caller>> check(std::string_view token);

    token_uses uses() const noexcept { return {known_checks_.read(), slow_checks_.read()}; }

private:
    struct known_token {
        caller who;
        token_marks marks{};
        mutable std::uint64_t user_changes = 0; // of the revocations among which it was not
        std::uint64_t state = 0;                // state_now() before the database was asked
        std::uint64_t keys = 0;                 // keys_now() then
    };
    struct thread_state {
        thread_state(const crypto::hs256_tokens& t, core::siphash_key secret) : tokens(t), known(cached_tokens, secret)
        {}
        crypto::hs256_tokens tokens;
        token_cache<known_token> known;
    };
    static constexpr std::size_t cached_tokens = 8192; // of each thread; about 4 MiB of our own tokens, at most 18

    // Of the database, as far as this process has not changed it itself: a sum of numbers that only rise.
    std::uint64_t state_now() const noexcept
    {
        return database_.changes().foreign.load(std::memory_order_acquire) + revoked_.doubts();
    }

    std::uint64_t keys_now() const noexcept { return published_ ? published_->keys() : 0; }

    const std::chrono::seconds lifetime_;
    store::database& database_;
    revocations& revoked_;
    const core::clock& clock_;
    core::per_thread<thread_state> threads_;
    published_tokens* const published_; // or null
    core::striped_counter known_checks_, slow_checks_;
};

} // namespace watchword::accounts
