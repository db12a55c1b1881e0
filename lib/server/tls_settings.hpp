#pragma once

#include "http/tls.hpp"
#include "settings/settings.hpp"

#include <optional>

namespace watchword::server {

// How https:// addresses are served; nothing: not at all. Throws std::runtime_error for settings that contradict each
// other.
std::optional<http::tls_settings> tls_settings(const settings::tls_group&);

} // namespace watchword::server
