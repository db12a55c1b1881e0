#pragma once

#include "core/error.hpp"

#include <string>
#include <string_view>
#include <vector>

// The watchword_role table: what those who have a role may do. To be called within database::read (listing) or
// database::write (changing); they throw when the database fails. Other nodes hear of each change.
namespace watchword::store {

class session;
struct database_settings;

struct role_row {
    std::string name;
    std::string permissions; // words with spaces between
};

// By name, at most a thousand.
inline constexpr std::size_t most_role_rows = 1000;
std::vector<role_row> list_roles(session&);
core::result<role_row> find_role(session&, std::string_view name); // not_found
void keep_role(session&, const role_row&);                         // a new one, or in place of the one of that name
core::result<void> remove_role(session&, std::string_view name);   // not_found

// All of them, for those who administer a database beside a server that may be running; none if it has no such table
// yet. Throws std::runtime_error for the operator.
std::vector<role_row> read_roles(const database_settings&);

} // namespace watchword::store
