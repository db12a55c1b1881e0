#pragma once

#include "server/diagnosis.hpp"

namespace watchword::server {

// Settings that each can be read, but do not hold together, or mean danger. Thread-safe.
findings check_settings(const settings::settings&);

} // namespace watchword::server
