#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The watchword_session table: users' sessions, not to be confused with `session`, the connection to the database. To
// be called within database::read (finding) or database::write (changing). Besides the errors named here they throw
// when the database fails, which read and write turn into errors.
namespace watchword::store {

class session;

struct session_end {
    core::precise_timestamp when{};
    std::string reason;                     // a word of the program's
    core::precise_timestamp delete_after{}; // the row is no use from then on
};

// A row. All texts are UTF-8 without NUL.
struct session_row {
    static constexpr std::size_t remembered_uses = 8;

    std::string id; // 16 bytes in base64url without padding
    std::int64_t user_id = 0;
    std::string public_id; // of the user; who has another one is another user
    core::precise_timestamp created{}, last_used{};
    core::precise_timestamp expires{};      // at the latest
    core::precise_timestamp delete_after{}; // by then it has expired
    std::uint64_t counter = 0;              // the highest number of a refresh token that was presented, below 2^63
    std::array<core::precise_timestamp, remembered_uses> uses{}; // when it and those before it were; from 1970 to 10889
    std::string device, address, amr, scope;
    core::precise_timestamp auth_time{};
    std::optional<session_end> ended{}; // delete_after stands above
};

struct session_owner {
    std::int64_t id = 0;
    std::string public_id;
    std::optional<std::string> name{}, email{};
    std::int64_t generation = 0; // see user_states.hpp
    bool disabled = false;
    std::string roles{}; // words with spaces between
};

struct found_session {
    session_row row;
    session_owner owner;
};

// A user who may have sessions. not_found.
core::result<session_owner> find_session_owner(session&, std::string_view public_id);
// The same; and from now on, until the end of the transaction, nobody else adds or ends all sessions of that user, or
// changes him, with this precaution.
core::result<session_owner> lock_session_owner(session&, std::string_view public_id);

// An id that is taken already makes it throw, which database::write tells as already_exists.
void add_session(session&, const session_row&);

// Also one that has ended, as long as its user is there. not_found.
core::result<found_session> find_session(session&, std::string_view id);
// The same, and until the end of the transaction nobody else changes it. Nothing: somebody else is about to change it,
// and this transaction does not wait for that; ask again when it has ended.
core::result<std::optional<found_session>> lock_session(session&, std::string_view id);

// Writes what a refresh changes: counter, uses, last_used, delete_after and address. not_found: the row is not any more
// as it was seen.
core::result<void> advance_session(session&, const session_row& seen, const session_row& next);

// Each for sessions that have not ended yet; those are the ids that the latter two return. not_found: there is none.
core::result<void> end_session(session&, std::int64_t user_id, std::string_view id, const session_end&);
std::vector<std::string> end_other_sessions(session&, std::int64_t user_id, std::string_view except,
                                            const session_end&);
std::vector<std::string> end_all_sessions(session&, std::int64_t user_id, const session_end&);
// All but the `keep` that were used last.
std::vector<std::string> end_surplus_sessions(session&, std::int64_t user_id, std::size_t keep, const session_end&);

// A user's sessions that have not ended, the one that was used last first; at most a thousand. Without counter and
// uses.
std::vector<session_row> list_sessions(session&, std::int64_t user_id);

// Deletes up to `limit` rows whose time has come. How many it was; fewer than `limit`: there are no more.
std::size_t delete_expired_sessions(session&, core::precise_timestamp now, std::size_t limit);

} // namespace watchword::store
