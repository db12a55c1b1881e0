#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/per_thread.hpp"
#include "core/random.hpp"
#include "core/secret.hpp"
#include "core/task.hpp"
#include "crypto/hmac.hpp"
#include "crypto/sha256.hpp"
#include "store/database.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

// Requests that are done once however often they are sent. Knows neither HTTP nor SQL.
namespace watchword::store {
class session;
} // namespace watchword::store

namespace watchword::accounts {

struct idempotency_settings {
    std::chrono::seconds lifetime{std::chrono::hours(24)}; // that an answer is kept
    std::chrono::milliseconds patience{10'000};            // with another request of the same key that is under way
    // No request takes longer; what has no answer by then never will. More than http::limits::handler_timeout.
    std::chrono::seconds longest{120};
    std::size_t most = 200'000;               // answers that are kept; one more, and the oldest is forgotten
    std::size_t most_per_caller = 1000;       // the same of one caller's
    std::size_t largest_answer = 64 * 1024;   // bytes of one that is kept
    std::size_t waiting = 256;                // requests that may wait for others at a time
    std::chrono::milliseconds look_every{20}; // for one under way on this server; a twelfth as often for others'
};

// What a client has sent. The views must outlive the task.
struct idempotent_request {
    std::string_view caller;    // whose key it is: "user:ID", "key:ID", "address:…"
    std::string_view operation; // what is asked for: another one may have the same key
    std::string_view key;
    std::string_view query, body; // what must be the same when it is sent again
};

// Keeps, for a day and over restarts, what was answered to requests with keys (the draft "The Idempotency-Key HTTP
// Header Field" of IETF's httpapi group). Whoever does something for a request asks begin() before and says how it
// ended by finish() or give_up().
//
// What stays of a request: nobody who reads the database learns callers, keys or bodies, which may hold passwords, from
// it (HMAC-SHA-256 under the server's secret), nor answers, which may hold tokens (XChaCha20-Poly1305 under a key that
// is derived from the secret and from the client's key). With another secret nothing is found.
//
// A crash. That a request is under way is durable before anything is done for it, and its answer after. What falls in
// between, which is as long as its own changes take and one more commit, leaves a request of which nobody knows whether
// it was done: the same key then gets outcome_unknown for the rest of the day, and is never done a second time. On
// SQLite this is known as soon as the server runs again; on PostgreSQL, where another node may be at it, `longest`
// after it began, and in_progress until then. The same becomes of a request whose answer could not be stored, was too
// large, or is in pieces.
//
// Bounds. A caller with more than `most_per_caller` requests a day, or all of them with more than `most`, push out
// their oldest answers: what is sent again after that is done again. Nodes on one PostgreSQL share them.
//
// Thread-safe. Everything referred to must outlive it.
class idempotent_requests {
public:
    // Throws std::invalid_argument for a secret of fewer than 32 bytes.
    idempotent_requests(const idempotency_settings&, const core::secret_string& secret, store::database&,
                        const core::clock&, core::random_source&);

    // The right, and the duty, to do something for a request. While it lives, others with that key wait.
    class turn {
    public:
        turn() = default;
        turn(turn&& other) noexcept { swap(other); }
        turn& operator=(turn&& other) noexcept
        {
            swap(other);
            return *this;
        }
        ~turn();

    private:
        friend class idempotent_requests;
        turn(idempotent_requests& owner, std::string key) noexcept : owner_(&owner), key_(std::move(key)) {}
        void swap(turn& other) noexcept
        {
            std::swap(owner_, other.owner_);
            std::swap(key_, other.key_);
            std::swap(sealing_key_, other.sealing_key_);
            std::swap(number_, other.number_);
        }

        idempotent_requests* owner_ = nullptr; // null: it is nobody's
        std::string key_;                      // of the row
        core::secret_string sealing_key_;
        std::int64_t number_ = 0; // of the row
    };

    enum class verdict {
        first,           // do it
        repeated,        // it was done before, and answered so
        in_progress,     // somebody is at it, and was not waited for any longer
        outcome_unknown, // it may have been done
        other_request,   // the key came with something else before
    };
    struct beginning {
        verdict what = verdict::in_progress;
        turn mine{};                  // of the first
        core::secret_string answer{}; // of a repeated one: what finish() was given
    };
    // Errors: overloaded, timed_out, unavailable, cancelled. Then nothing may be done for the request.
    core::task<core::result<beginning>> begin(idempotent_request);

    // It was done, and is answered so. When it returns, the answer is durable, or outcome_unknown is what others will
    // be told, which is logged. An empty answer is one that cannot be kept. A caller who is cancelled meanwhile does
    // not notice; afterwards he can be cancelled as http::connection's coroutines can.
    core::task<> finish(turn, core::secret_string answer);
    // It was not done: whoever sends it again is the first. Cancelling as above.
    core::task<> give_up(turn);

    // Deletes what has expired: a bounded portion. How many; it is worth calling again at once while that is `portion`.
    static constexpr std::size_t portion = 500;
    core::task<core::result<std::size_t>> purge();

private:
    struct marks;
    struct found;

    marks marks_of(const idempotent_request&);
    core::task<core::result<beginning>> take_turn(turn, marks);
    core::result<found> look_up(store::session&, const marks&, core::precise_timestamp now);
    core::result<found> reserve(store::session&, const marks&, core::precise_timestamp now);
    bool is_lost(store::session&, core::precise_timestamp created, core::precise_timestamp now) const;
    core::result<beginning> open(const marks&, const std::string& sealed) const;
    core::task<core::result<void>> settle(std::function<core::result<void>(store::session&)>);
    void leave(const std::string& key) noexcept;

    enum class entry { entered, taken, other_request };
    entry enter(const marks&);

    const idempotency_settings settings_;
    store::database& database_;
    const core::clock& clock_;
    core::random_source& random_;
    const core::precise_timestamp started_;
    core::per_thread<crypto::hmac_sha256> macs_;
    core::per_thread<crypto::sha256> digests_;
    std::atomic<std::size_t> waiting_{0};
    std::mutex mutex_;
    std::unordered_map<std::string, std::string> under_way_; // guarded by mutex_: key -> request, as rows have them
};

} // namespace watchword::accounts
