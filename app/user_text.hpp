#pragma once

#include "store/accounts.hpp"

#include <vector>

// Users as commands show them.
namespace watchword::app {

// One line, or with `as_json` one JSON object: id, email, disabled, roles.
void print_state(const store::account&, bool as_json);
// All of one user: a line for each, or one JSON object with the name, too.
void print_user(const store::account&, bool as_json);
// A table, or one JSON array of such objects.
void print_users(const std::vector<store::account>&, bool as_json);

} // namespace watchword::app
