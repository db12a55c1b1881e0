#pragma once

#include "accounts/told_changes.hpp"
#include "accounts/tutorial_tokens.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/network.hpp"
#include "core/per_thread.hpp"
#include "core/random.hpp"
#include "core/secret.hpp"
#include "core/task.hpp"
#include "crypto/refresh_token.hpp"
#include "store/database.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Sessions: how users stay signed in. Knows neither HTTP nor SQL.
namespace watchword::store {
struct found_session;
struct session_end;
struct session_row;
} // namespace watchword::store

namespace watchword::accounts {

struct refresh_chain;

struct session_settings {
    // For how long after its successor was first used a refresh token is still answered: that a request may be under
    // way. Clocks of several servers that differ shorten it by so much.
    std::chrono::milliseconds grace{30'000};
    std::chrono::seconds idle{std::chrono::hours(30 * 24)};     // a session lives since it was last refreshed
    std::chrono::seconds longest{std::chrono::hours(180 * 24)}; // and since it began
    // That is remembered of one that has ended; at least the lifetime of an access token.
    std::chrono::seconds kept_after_end{std::chrono::hours(24)};
    std::size_t most_per_user = 100;          // one more ends the one that was used least lately
    std::chrono::milliseconds patience{5000}; // with another server that has a session's row
    tutorial_tokens tutorial{};               // which a raised generation revokes, too
};

// Who asks, as its user will see it in a list.
struct session_client {
    std::optional<core::ip_address> address{};
    std::string device{}; // what it calls itself, a user agent: any bytes
};

struct session_request {
    std::string public_id; // the user's
    // The user's generation when the password was verified: if it has risen since, that proof is outdated.
    std::optional<std::uint64_t> generation{};
    session_client from{};
    std::string amr{}, scope{}; // words with spaces between
};

struct session_info {
    std::string id; // 16 bytes in base64url without padding: `sid` of access tokens
    core::precise_timestamp created{}, last_used{};
    core::precise_timestamp expires{}; // unless it is refreshed before
    core::precise_timestamp auth_time{};
    std::string device, address, amr, scope;
};

struct session_user {
    std::int64_t id = 0;
    std::string public_id;
    std::optional<std::string> name{}, email{};
    std::uint64_t generation = 0; // of access tokens that are issued now
    std::string roles{};          // words with spaces between
};

// What a client gets: the rest is signed by whoever asked.
struct session_grant {
    session_info session;
    session_user user;
    core::secret_string refresh_token;
    bool is_repeated = false; // of a refresh: it was answered before
};

enum class end_reason {
    signed_out,       // by its user
    reused,           // see session_problem
    too_many,         // session_settings::most_per_user
    password_changed, // the other reasons are given by callers
    disabled,
    administrator,
    deleted, // with their user
};
std::string_view name_of(end_reason) noexcept;
inline constexpr std::size_t end_reasons = static_cast<std::size_t>(end_reason::deleted) + 1;

struct ended_sessions {
    std::string_view public_id; // of their user
    const std::vector<std::string>& ids;
    end_reason why;
    // The user's new generation, if older access tokens are revoked all together.
    std::optional<std::uint64_t> generation{};
};

// Is told what has ended: after it is durable, before whoever asked for it is answered, on that one's thread. Must be
// thread-safe.
class session_observer {
public:
    virtual void sessions_ended(const ended_sessions&) noexcept = 0;
    // A change ended with `unavailable`: any session may have ended. The same of when and where.
    virtual void outcome_unknown() noexcept = 0;

protected:
    ~session_observer() = default;
};

// Thread-safe. Everything referred to must outlive it. Errors of all members besides those named: overloaded,
// timed_out, unavailable, cancelled. After one of these it is not known whether the change was made; a refresh may be
// repeated.
class sessions {
public:
    sessions(const session_settings&, const core::secret_string& secret, store::database&, const core::clock&,
             core::random_source&, session_observer* = nullptr);

    // A new session. not_found: there is no such user; session_problem::user_disabled, outdated; invalid_input: amr or
    // scope is longer than 1,024 bytes or not printable ASCII.
    core::task<core::result<session_grant>> open(session_request);

    // What follows a refresh token: see refresh_chain.hpp. invalid_token: it is none of ours, which the database is not
    // asked for; session_problem::ended, reused. `token` must outlive the task.
    core::task<core::result<session_grant>> refresh(std::string_view token, session_client);
    // The id of the session of a refresh token, whether or not it lives; asks nobody. invalid_token: it is none of
    // ours.
    core::result<std::string> find_id(std::string_view refresh_token);

    // The session of a refresh token that refresh() would accept now; changes nothing. invalid_token: it would not.
    // `token` must outlive the task.
    struct live_session {
        session_info session;
        session_user user;
    };
    core::task<core::result<live_session>> inspect(std::string_view token);
    // What begins so may be a refresh token, and is no other.
    static constexpr std::string_view refresh_prefix = crypto::refresh_tokens::prefix;
    // Ends the session of a refresh token, used or not; whoever is told of ends is told again of one that has ended.
    // invalid_token: it is none of ours; not_found: nothing is known of the session any more. `token` must outlive the
    // task.
    core::task<core::result<void>> end_by_token(std::string_view token, end_reason = end_reason::signed_out);

    // Those that live, the one that was used last first. not_found: there is no such user.
    core::task<core::result<std::vector<session_info>>> list(std::string public_id);

    // A session whose id came from a token that was checked. That it has ended already is no error.
    core::task<core::result<void>> sign_out(std::string public_id, std::string id);
    // not_found: this user has no such session, or it has ended.
    core::task<core::result<void>> end(std::string public_id, std::string id, end_reason = end_reason::signed_out);
    // How many. not_found: there is no such user.
    core::task<core::result<std::size_t>> end_others(std::string public_id, std::string current,
                                                     end_reason = end_reason::signed_out);
    // The same for all, and the user's generation rises: no access token of before is good.
    core::task<core::result<std::size_t>> end_all(std::string public_id, end_reason = end_reason::signed_out);

    // Deletes sessions that have expired, or ended long ago: a bounded portion. How many; it is worth calling again at
    // once while that is `portion`.
    static constexpr std::size_t portion = 500;
    core::task<core::result<std::size_t>> purge();

private:
    struct added;
    struct judged;
    using session_id = std::array<char, crypto::refresh_token::id_size>;

    core::result<added> add(store::session&, const session_request&, const session_id&, core::precise_timestamp now);
    core::result<judged> judge(store::session&, const crypto::refresh_token&, const std::string& address,
                               core::precise_timestamp now);
    core::result<judged> use_first(store::session&, store::found_session, const refresh_chain&,
                                   const std::string& address, core::precise_timestamp now);
    core::task<core::result<judged>> judge_when_free(crypto::refresh_token, std::string address);
    session_grant grant(const store::found_session&, const crypto::refresh_token& next);
    session_info info_of(const store::session_row&) const;
    core::precise_timestamp expiry_of(const store::session_row&) const;
    core::precise_timestamp deletion_of(const store::session_row&) const;
    bool lives(const store::session_row&, core::precise_timestamp now) const;

    const session_settings settings_;
    store::database& database_;
    const core::clock& clock_;
    core::random_source& random_;
    told_changes changes_;
    core::per_thread<crypto::refresh_tokens> tokens_;
};

} // namespace watchword::accounts
