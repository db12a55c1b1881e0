#pragma once

#include "accounts/key_rule.hpp"
#include "settings/settings.hpp"

namespace watchword::server {

// How signing keys follow each other. Throws std::runtime_error for settings that contradict each other.
accounts::key_policy key_policy(const settings::tokens_group&);

} // namespace watchword::server
