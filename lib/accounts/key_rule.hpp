#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "crypto/signature_algorithm.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The rule of signing keys: which one signs, which are published and verify, and what must change when. Pure: no
// database, no clock. Thread-safe.
//
// Keys follow each other: each is published from when it is made, signs after the one before it, and goes on verifying
// until the last token that it signed has expired. So whoever keeps a copy of the published keys for a shorter time
// than `publish_ahead` knows every key before it signs.
namespace watchword::accounts {

struct key_policy {
    crypto::signature_algorithm algorithm = crypto::signature_algorithm::es256; // of new keys
    std::chrono::milliseconds rotation = std::chrono::hours(90 * 24); // that a key signs; 0: until somebody ends it
    std::chrono::milliseconds publish_ahead = std::chrono::hours(24); // that a key is published before it signs
    std::chrono::milliseconds longest_lifetime = std::chrono::minutes(30); // of a token that is issued now
};

// That a key verifies beyond that: nodes' clocks differ, and a node may hear late that another key signs now.
inline constexpr std::chrono::minutes key_margin{5};
// That is remembered of a key which verifies no more.
inline constexpr std::chrono::hours key_memory{30 * 24};

inline constexpr core::precise_timestamp never = core::precise_timestamp::max();

// When a key does what. It is published, and verifies, from `created` on.
struct key_life {
    std::string kid;
    crypto::signature_algorithm algorithm{};
    core::precise_timestamp created{}, signs_from{};
    core::precise_timestamp signs_until = never;
    core::precise_timestamp verifies_until = never; // 1970: it was retired, and never verifies, whatever the time is
    // Of the tokens that it signed: what the policies of all servers allowed since it was made. Never falls; whoever
    // issues tokens that live longer stores it before.
    std::chrono::milliseconds longest_lifetime{};

    friend bool operator==(const key_life&, const key_life&) = default;
};

bool verifies(const key_life&, core::precise_timestamp now) noexcept;

// The one that began to sign last and has not ended. If that is none, because the clock has gone back: the one that
// will be first. Null: none will.
const key_life* find_signing_key(std::span<const key_life>, core::precise_timestamp now) noexcept;

enum class key_state { waiting, signing, verifying, ended, retired };
// Of one of those.
key_state state_of(const key_life&, std::span<const key_life> all, core::precise_timestamp now) noexcept;
std::string_view name_of(key_state) noexcept; // "waiting"

// What is to be done, at once and in one piece.
struct key_plan {
    std::vector<key_life> changed;                             // to be stored in place of those with their kids
    std::optional<core::precise_timestamp> new_key_signs_from; // a key is to be made, which has no end yet
    std::vector<std::string> removed;                          // kids of those that need not be remembered

    bool is_empty() const noexcept { return changed.empty() && !new_key_signs_from && removed.empty(); }
};

// What is due: the first key of an installation, which signs at once; the next one, `publish_ahead` before the one that
// signs has done so for `rotation`. At a start a key of another algorithm than the policy's is due to be followed, too;
// not later, so that nodes with different policies do not replace each other's keys for ever.
enum class occasion { start, housekeeping };
key_plan plan_rotation(std::span<const key_life>, const key_policy&, core::precise_timestamp now, occasion);

// Whatever may sign verifies as long as tokens of this policy live; to be done before the first of them is issued. Part
// of the one above.
key_plan plan_lifetime(std::span<const key_life>, const key_policy&, core::precise_timestamp now);

// Another key that somebody has asked for: after `publish_ahead`, or at once, which means that those who have a copy of
// the published keys must fetch them again before they know it. Error: key_problem::waiting if the next key is
// published already.
enum class key_start { published_ahead, at_once };
core::result<key_plan> plan_new_key(std::span<const key_life>, const key_policy&, core::precise_timestamp now,
                                    key_start);
// That key signs at once. Error: not_found if there is none.
core::result<key_plan> plan_early_start(std::span<const key_life>, const key_policy&, core::precise_timestamp now);

// A key neither signs nor verifies any more; if it was the one that signs, another one does from now on. Error:
// not_found: there is no such key, or it has ended.
core::result<key_plan> plan_retirement(std::span<const key_life>, const key_policy&, core::precise_timestamp now,
                                       std::string_view kid);
// All of them, and a new one signs.
key_plan plan_retirement_of_all(std::span<const key_life>, const key_policy&, core::precise_timestamp now);

} // namespace watchword::accounts
