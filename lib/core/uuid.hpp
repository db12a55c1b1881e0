#pragma once

#include "core/random.hpp"

#include <string>

namespace watchword::core {

// A random UUID (RFC 9562 section 5.4) in lower case. Thread-safe; throws what the random source throws.
std::string make_uuid_v4(random_source&);

} // namespace watchword::core
