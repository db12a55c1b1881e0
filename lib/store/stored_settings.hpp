#pragma once

#include "core/error.hpp"

#include <string>
#include <string_view>

// The watchword_setting table: what the server itself must remember. To be called within database::read (finding) or
// database::write (setting); they throw when the database fails.
namespace watchword::store {

class session;

// not_found.
core::result<std::string> find_setting(session&, std::string_view name);
void set_setting(session&, std::string_view name, std::string_view value);

} // namespace watchword::store
