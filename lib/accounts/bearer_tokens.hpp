#pragma once

#include "accounts/key_ring.hpp"
#include "accounts/revocations.hpp"
#include "accounts/ring_signer.hpp"
#include "accounts/ring_verifier.hpp"
#include "accounts/sessions.hpp"
#include "accounts/token_cache.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/per_thread.hpp"
#include "core/random.hpp"
#include "core/striped_counter.hpp"
#include "core/task.hpp"
#include "core/workers.hpp"
#include "crypto/access_token.hpp"
#include "store/database.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace watchword::accounts {

// Who is calling, as a checked access token of /v1 says.
struct bearer_identity {
    std::string public_id;
    std::optional<std::string> email; // when the database was asked, which it is again after changes from outside
    std::string session_id;           // as session_info has it
    std::string id;                   // jti
    std::string scope;
    std::vector<std::string> roles, methods; // methods: amr
    core::timestamp expires, authenticated, issued, not_before;
};
using bearer = std::shared_ptr<const bearer_identity>;

struct bearer_settings {
    std::string issuer = "watchword", audience = "watchword";
    std::chrono::seconds lifetime{900};
    std::chrono::seconds leeway{0}; // between the clocks of several servers
};

// Issues the access tokens of /v1 and tells whether one is valid now. One that was checked before costs no signature,
// no JSON and no database: each thread remembers, in bounded memory, those it has verified, and which of them were
// revoked is in memory, too. Once whoever revoked some here was answered, no check that begins later accepts them, on
// any thread.
//
// Revocations by others, of sessions, users and keys: PostgreSQL notifies them, which takes milliseconds; what was not
// notified is found within store::foreign_poll. No check that begins later than store::database_settings::staleness
// (database.staleness, 2 s) after a revocation was committed accepts what it revoked, whatever becomes of
// notifications, of the connection that hears them, or of this process: from then on the database is asked about each
// token, and if it does not answer, nobody is accepted. (Retired keys: at most one foreign_poll more.) SQLite, of which
// others are programs beside the server: within foreign_poll and one batch of writes.
//
// Thread-safe. Everything referred to must outlive it.
class bearer_tokens {
public:
    // `signing` makes the signatures that would hold up others. Throws what crypto::access_token_verifier throws.
    bearer_tokens(const bearer_settings&, key_ring&, store::database&, core::workers& signing, revocations&,
                  const core::clock&, core::random_source&);

    struct issued {
        std::string text;
        core::timestamp expires{};
        std::chrono::seconds expires_in{};
    };
    // A token for a session, which it does not outlive. Errors: unavailable if no key signs; overloaded, cancelled;
    // invalid_input or too_large if the session has what no token may hold. `grant` must outlive the task.
    core::task<core::result<issued>> issue(const session_grant& grant);

    // The caller of a token this thread knows; null when the slow way must decide. Does not allocate, but for a
    // thread's first call and after changes of the keys.
    bearer check_known(std::string_view token);
    // The slow way: signature, claims, and whether the session lives, which the database is asked. Errors:
    // expired_token; invalid_token; overloaded, timed_out, unavailable, cancelled when nobody can tell. `token` must
    // outlive the task.
    core::task<core::result<bearer>> check(std::string_view token);

    // Of every token that is accepted.
    const std::string& issuer() const noexcept { return settings_.issuer; }
    const std::string& audience() const noexcept { return settings_.audience; }

    token_uses uses() const noexcept { return {known_checks_.read(), slow_checks_.read()}; }

private:
    // What has not changed since the database was asked about a token.
    struct stamps {
        std::uint64_t foreign = 0; // store::change_counters
        std::uint64_t doubts = 0;  // revocations
        std::uint64_t keys = 0;    // key_ring::version
        bool operator==(const stamps&) const = default;
    };
    struct known_token {
        bearer who;
        token_marks marks{};
        stamps when{};
    };
    static constexpr std::size_t cached_tokens = 8192; // of each thread

    crypto::access_token_claims claims_of(const session_grant&, core::timestamp now);
    stamps stamps_now() const noexcept;

    const bearer_settings settings_;
    key_ring& keys_;
    store::database& database_;
    const core::clock& clock_;
    core::random_source& random_;
    revocations& revoked_;
    core::per_thread<token_cache<known_token>> known_;
    ring_signer<crypto::access_token_issuer> signer_;
    ring_verifier<crypto::access_token_verifier> verifier_;
    core::striped_counter known_checks_, slow_checks_;
};

} // namespace watchword::accounts
