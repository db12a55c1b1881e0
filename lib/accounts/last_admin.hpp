#pragma once

#include "core/error.hpp"

#include <string_view>

namespace watchword::store {
class session;
struct person;
} // namespace watchword::store

namespace watchword::accounts {

// Of roles, words with spaces between.
bool has_role(std::string_view roles, std::string_view role);

// Somebody has to be left who is enabled and has the role admin, if anybody is now: whether that holds after a change
// of `p`. To be called within database::write, under store::lock_administrators().
// administration_problem::last_admin.
core::result<void> check_last_admin(store::session&, const store::person& p, bool stays_admin);

} // namespace watchword::accounts
