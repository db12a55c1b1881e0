#pragma once

#include "core/error.hpp"

#include <string>
#include <string_view>

namespace watchword::core {

// base64 with padding (RFC 4648 section 4). invalid_input for anything but the one spelling of some bytes. What it
// holds on its way is wiped. Thread-safe.
result<std::string> base64_decode(std::string_view text);

} // namespace watchword::core
