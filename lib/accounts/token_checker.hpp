#pragma once

#include "accounts/token_cache.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/per_thread.hpp"
#include "core/random.hpp"
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

// Issues access tokens and tells whether one is valid now. A token that was checked before costs no signature, no
// JSON and no database: each thread remembers, in bounded memory, the tokens it has verified and the state of the
// user table at which their users existed. Thread-safe. Everything referred to must outlive it.
class token_checker {
public:
    token_checker(const crypto::hs256_tokens&, std::chrono::seconds lifetime, store::database&, const core::clock&,
                  core::random_source&);

    std::string issue(std::string_view public_id);

    // The caller of a token this thread knows; null when the slow way must decide.
    caller check_known(std::string_view token);
    // The slow way: signature, claims, and that the user exists. Errors: invalid_token; overloaded, timed_out,
    // unavailable when the database cannot tell. `token` must outlive the task.
    core::task<core::result<caller>> check(std::string_view token);

private:
    struct known_token {
        caller who;
        std::uint64_t foreign_changes = 0; // the state of the user table at which the user existed
    };
    struct thread_state {
        thread_state(const crypto::hs256_tokens& t, core::siphash_key secret) : tokens(t), known(cached_tokens, secret)
        {}
        crypto::hs256_tokens tokens;
        token_cache<known_token> known;
    };
    static constexpr std::size_t cached_tokens = 8192; // of each thread; about 4 MiB of our own tokens, at most 18

    void remember(std::string_view token, const caller&, std::uint64_t foreign_changes);

    const std::chrono::seconds lifetime_;
    store::database& database_;
    const core::clock& clock_;
    core::per_thread<thread_state> threads_;
};

} // namespace watchword::accounts
