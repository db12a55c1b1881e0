#pragma once

#include "store/users.hpp"

#include <cstdint>
#include <optional>
#include <string>

// What is asked of the user table where nobody may learn who is in it, not even from the time it takes: the same
// statements, and the same pages written, for those who are and those who are not. As users.hpp otherwise.
namespace watchword::store {

class session;

// Adds the user unless the address is known: then another row is added and removed again within the transaction, so
// that nothing has changed but the counters of changes. Success does not tell which. Of what was to be stored only
// name and address are ever written for a known one, not the hash.
core::result<void> add_user_quietly(session&, const new_user&, same_address);

// If nobody was found: the hash of somebody else, as it is stored. One with a number is always the same user's, and
// users have the same share of the numbers; when one more is added to n, only one in n + 1 of the numbers moves, and
// that to the new one. Nothing if that user has no hash, or there is none at all. If somebody was found: nothing, after
// the same queries but for the row that was read when he was found.
std::optional<std::string> hash_in_place_of(session&, const core::result<user>& found, std::uint64_t number);

} // namespace watchword::store
