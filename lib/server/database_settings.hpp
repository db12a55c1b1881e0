#pragma once

#include "settings/settings.hpp"
#include "store/database.hpp"

namespace watchword::server {

// How the database is reached that the settings name.
store::database_settings database_settings(const settings::database_group&);

} // namespace watchword::server
