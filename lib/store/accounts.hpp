#pragma once

#include "core/error.hpp"
#include "store/database.hpp"
#include "store/user_states.hpp"
#include "store/users.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// A user with what decides about his tokens, for operators.
namespace watchword::store {

class session;

struct account {
    user who;
    user_state state;
};

// Within a job, by the address as find_user_by_similar_email has it. not_found.
core::result<account> find_account(session&, std::string_view email);

// The same of a database that is opened only to be read, beside a server that may be running. Throws
// std::runtime_error for the operator.
core::result<account> read_account(const database_settings&, std::string_view email);

// Which users are listed: all whose address or name has `search` in it, in ASCII letters of any case, and that role;
// both may be empty.
struct account_filter {
    std::string search, role;
    std::size_t limit = 50;
};

// By id, in the same way; at most `limit`.
std::vector<account> read_accounts(const database_settings&, const account_filter&);

} // namespace watchword::store
