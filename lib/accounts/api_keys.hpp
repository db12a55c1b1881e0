#pragma once

#include "accounts/actor.hpp"
#include "accounts/permissions.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/per_thread.hpp"
#include "core/random.hpp"
#include "core/secret.hpp"
#include "core/task.hpp"
#include "crypto/sha256.hpp"
#include "store/database.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace watchword::accounts {

struct api_key {
    std::string id, name;
    std::string prefix; // the beginning of the key, by which people tell keys apart
    permission_set permissions;
    core::precise_timestamp created{};
    std::optional<core::precise_timestamp> expires{}, last_used{};
    std::string created_by{}; // the kind of actor and his id, with a space between
};

struct new_api_key {
    std::string name; // 1 to 100 bytes of UTF-8
    std::vector<std::string> permissions;
    std::optional<core::precise_timestamp> expires{};
};

struct made_api_key {
    api_key key;
    core::secret_string text; // "wk_…": nobody can tell it again
};

// Who has shown an API key.
struct api_key_identity {
    std::string id;
    permission_set permissions;
};

// Keys by which programs are known. A key is 32 random bytes, of which the database has the SHA-256 only. Thread-safe.
// Everything referred to must outlive it, and the database every I/O context on which keys are checked.
//
// Errors of all members besides those named: overloaded, timed_out, unavailable, cancelled.
class api_keys {
public:
    static constexpr std::string_view key_prefix = "wk_"; // what begins so may be an API key, and is no other token
    static constexpr std::size_t key_size = 46, shown_size = 11;

    api_keys(store::database&, const core::clock&, core::random_source&);

    // invalid_input: the name, a permission, or a time of expiry that has passed; too_large: there are most_keys;
    // administration_problem::beyond_own.
    static constexpr std::size_t most_keys = 1000;
    core::task<core::result<made_api_key>> create(actor, new_api_key);
    // By the time of creation.
    core::task<core::result<std::vector<api_key>>> list();
    // Once it is answered no check that begins later accepts the key, on any thread; on other nodes, as
    // store::change_counters::foreign says. not_found.
    core::task<core::result<void>> revoke(actor, std::string id);

    // Whose key that is. invalid_token: it is no key, expired or revoked. Keys that are remembered cost no question to
    // the database. That it was used is noted once a minute at most, later. `key` must outlive the task.
    core::task<core::result<api_key_identity>> check(std::string_view key);

private:
    static constexpr std::size_t most_remembered = 1024;
    static constexpr std::chrono::minutes between_notes{1};
    struct stamps {
        std::uint64_t foreign = 0, own = 0;
        friend bool operator==(const stamps&, const stamps&) = default;
    };
    struct known_key {
        api_key_identity who;
        std::optional<core::precise_timestamp> expires;
        std::optional<core::precise_timestamp> last_noted;
    };
    struct found_key {
        api_key_identity who;
        bool is_to_be_noted = false;
    };

    std::string digest_of(std::string_view key);
    stamps stamps_now() const noexcept;
    std::optional<found_key> find_known(const std::string& digest, core::precise_timestamp now);
    static found_key use(known_key&, core::precise_timestamp now);
    found_key remember(const std::string& digest, known_key, stamps, core::precise_timestamp now);

    store::database& database_;
    const core::clock& clock_;
    core::random_source& random_;
    core::per_thread<crypto::sha256> digests_;
    std::atomic<std::uint64_t> own_changes_{0};
    std::mutex mutex_;                                 // guards what follows
    std::unordered_map<std::string, known_key> known_; // by digest
    stamps known_when_;                                // of all of them
};

} // namespace watchword::accounts
