#pragma once

#include "accounts/key_set.hpp"
#include "core/per_thread.hpp"
#include "core/random.hpp"
#include "core/secret.hpp"
#include "core/task.hpp"
#include "crypto/sealed_key.hpp"
#include "store/database.hpp"
#include "store/signing_keys.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace watchword::accounts {

// The keys that sign access tokens, in the database and in memory. Thread-safe. Everything referred to must outlive it.
// Errors of all tasks besides those named: overloaded, timed_out, unavailable, cancelled; key_problem::other_secret and
// unknown_algorithm, for which nothing is changed. After unavailable a change may have been made or not: reload().
class key_ring {
public:
    // Throws std::invalid_argument for a secret of fewer than 32 bytes.
    key_ring(const key_policy&, const core::secret_string& secret, store::database&, const core::clock&,
             core::random_source&);

    // To be done first. Reads the keys and makes the first one; of several servers that start at once, one does. A key
    // that cannot be opened is an error, and logged by its name.
    core::task<core::result<void>> start();

    // What is known now. A change that was made here is in it when its task has ended. Costs no lock but after changes.
    std::shared_ptr<const key_set> current() const;
    // Rises when other keys are current, before whoever changed them here is answered: who loads it first, and then
    // asks for the current keys, has those or newer ones.
    std::uint64_t version() const noexcept { return version_.load(std::memory_order_acquire); }

    // Reads the keys again, which others may have changed. Those that can be opened are used, even if it is an error.
    core::task<core::result<void>> reload();
    // The same if the database may have been changed by others since; may be asked as often as one likes.
    core::task<core::result<void>> reload_if_changed();
    // The same if there is no such key: somebody may have made it a moment ago, and signed with it. Names that are made
    // up are looked for every store::foreign_poll at most, all together.
    core::task<core::result<void>> look_for(std::string_view kid);
    // What signs a token now, which lives for key_policy::longest_lifetime at most: the key that signs, as far as
    // others' changes were heard of, verifies until then, which is durable.
    core::task<core::result<std::shared_ptr<const key_set>>> for_signing();
    // To be done every minute or so: reload(), and what plan_rotation() says.
    core::task<core::result<void>> rotate_if_due();

    // A new key, or at once the one that waits. The key that signs then. Error: key_problem::waiting.
    core::task<core::result<key_life>> rotate(key_start);
    // The key of a private JWK is the next one. Errors: those of crypto::read_private_jwk; already_exists;
    // key_problem::waiting, other_algorithm.
    core::task<core::result<key_life>> import_key(core::secret_string jwk, key_start);
    // No token of the key is accepted from then on: here, when the task ends; on other nodes, when they hear of it. The
    // key that signs then. This key need not be possible to open. Error: not_found.
    core::task<core::result<key_life>> retire(std::string kid);
    // The same of all keys, of which none needs to be possible to open: a new one signs.
    core::task<core::result<key_life>> retire_all();

    // All that are remembered, in the order in which they were made.
    core::task<core::result<std::vector<key_life>>> list();

    // JWKs of a key that verifies. Error: not_found.
    core::result<std::string> export_public(std::string_view kid) const;
    core::result<core::secret_string> export_private(std::string_view kid) const;

private:
    using rows = std::vector<store::signing_key_row>;
    using lives = std::vector<key_life>;
    using planning = std::function<core::result<key_plan>(const lives&, core::precise_timestamp now)>;

    struct unopened {
        std::string kid;
        core::error_code why;
    };
    // What was read.
    struct view {
        rows stored;
        std::vector<held_key> keys; // those that verify and can be opened
        std::vector<unopened> others;
    };
    struct prepared {
        view found;
        core::error_code refusal{};
        bool is_needed = false; // there is something to change
    };
    // What a change is about besides its plan.
    struct change_terms {
        core::secret_string jwk{};                      // of the key to be added; empty: a new one
        std::string retired{};                          // may be impossible to open
        bool all_retired = false;                       // so may all
        std::optional<crypto::named_signing_key> key{}; // to be added, once it is known to be needed
    };

    view look(store::session&, core::precise_timestamp now, const std::optional<crypto::named_signing_key>& made) const;
    core::result<crypto::signing_key> open(const store::signing_key_row&, const key_set& known,
                                           const std::optional<crypto::named_signing_key>& made) const;
    core::task<core::result<void>> follow_policy(occasion);
    core::task<core::result<lives>> change(planning, change_terms);
    prepared prepare(store::session&, const planning&, change_terms&, core::precise_timestamp now) const;
    core::result<view> apply(store::session&, const planning&, change_terms&, core::precise_timestamp now) const;
    core::error_code find_key(change_terms&) const;
    crypto::named_signing_key make_key() const;
    std::shared_ptr<const key_set> latest() const;
    bool may_be_old() const noexcept;
    void publish(const view&, std::uint64_t reading);

    const key_policy policy_;
    const crypto::key_seal seal_;
    store::database& database_;
    const core::clock& clock_;
    core::random_source& random_;

    std::atomic<std::uint64_t> readings_{0};
    std::atomic<std::uint64_t> seen_foreign_{0}; // store::change_counters::foreign, when the keys were read last
    std::atomic<std::chrono::steady_clock::time_point> read_at_{}; // when that reading began
    std::atomic<std::chrono::steady_clock::time_point> next_look_{};

    mutable std::mutex mutex_; // guards what follows; `version_` is read without
    std::shared_ptr<const key_set> current_;
    std::uint64_t reading_ = 0; // that it comes from
    std::string problem_kid_;   // that was logged
    std::atomic<std::uint64_t> version_{1};

    struct kept {
        std::uint64_t version = 0;
        std::shared_ptr<const key_set> keys;
    };
    mutable core::per_thread<kept> kept_;
};

} // namespace watchword::accounts
