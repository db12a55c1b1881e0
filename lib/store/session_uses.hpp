#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

// The column `uses` of watchword_session: eight times, each as 6 bytes of milliseconds since 1970, the highest first,
// in base64url. Thread-safe.
namespace watchword::store {

using session_uses = std::array<core::precise_timestamp, 8>;

// Times before 1970 become 1970; those after 10889, the last that fits.
std::string write_uses(const session_uses&);
// invalid_input: somebody else has written it.
core::result<session_uses> read_uses(std::string_view text);

} // namespace watchword::store
