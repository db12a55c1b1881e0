#pragma once

#include "accounts/revocation_state.hpp"

#include <cstddef>

namespace watchword::micro {

// The same for the same number, and as good as random.
accounts::session_id session_id(std::size_t number);

// Until when what is loaded matters.
core::timestamp end_of_revocations();

// Users and sessions with the numbers from 0: each user's generation is 1, each session has ended. In spans of some
// thousand, as they come from a database.
void load_users(accounts::revocation_state&, std::size_t count);
void load_sessions(accounts::revocation_state&, std::size_t count);

} // namespace watchword::micro
