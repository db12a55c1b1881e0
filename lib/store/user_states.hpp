#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// The watchword_user_state table: what decides whether a user's tokens are good. To be called within database::read
// (reading) or database::write (changing); they throw when the database fails.
namespace watchword::store {

class session;

struct user_state {
    std::int64_t user_id = 0;
    std::int64_t generation = 0; // access tokens of lower ones are revoked
    bool disabled = false;
    core::precise_timestamp changed{};
    std::string roles{};              // words with spaces between
    core::timestamp tutorial_until{}; // tokens of the tutorial that expire then or before are revoked
};

// Of a user without a row, too. not_found: there is no such user.
core::result<user_state> find_user_state(session&, std::int64_t user_id);
core::result<user_state> find_user_state(session&, std::string_view public_id);

// Makes all tokens of the user invalid that were issued before: of lower generations, and those of the tutorial that
// expire until `tutorial_until`. That rises by a second at least, as what was issued since the last change may expire
// then. The new state; not_found: there is no such user, or he has no public id.
core::result<user_state> raise_generation(session&, std::int64_t user_id, core::precise_timestamp now,
                                          core::timestamp tutorial_until);
// The same, and whether the user may have new ones.
core::result<user_state> set_disabled(session&, std::int64_t user_id, bool disabled, core::precise_timestamp now,
                                      core::timestamp tutorial_until);
// The same, and what the new ones say of him.
core::result<user_state> set_roles(session&, std::int64_t user_id, std::string_view roles, core::precise_timestamp now,
                                   core::timestamp tutorial_until);

} // namespace watchword::store
