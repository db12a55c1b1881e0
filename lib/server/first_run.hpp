#pragma once

#include "accounts/administration.hpp"
#include "core/secret.hpp"
#include "settings/settings.hpp"

#include <string>
#include <vector>

namespace watchword::server {

// What a server without an administrator does before it serves: the one that the settings name is made (admin.email,
// admin.password_file). Whether one is still needed. Throws std::runtime_error with one clear line if he cannot be
// made: a file that cannot be read, a password that is too weak, an address that is taken.
bool make_first_admin(const settings::settings&, accounts::administration&);

// Tells on standard output how the first administrator can be made: a link for a browser and the token for others. Not
// in the log, which may go anywhere; but where the log is on standard output itself, as in containers, it is a line of
// it, so that whatever reads that output reads nothing but such lines.
void tell_set_up(const settings::log_group&, const std::vector<std::string>& listen, const core::secret_string& token);

} // namespace watchword::server
