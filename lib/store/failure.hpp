#pragma once

#include "core/error.hpp"

#include <soci/error.h>

#include <string>
#include <string_view>

// The only place that looks into SOCI's exceptions. Thread-safe.
namespace watchword::store {

// What SOCI says in one line, without the values that were bound to the statement (what() would tell them).
std::string describe(const soci::soci_error&);

// SQLite's extended result code, 0 for any other error.
int sqlite_code(const soci::soci_error&) noexcept;

// In a catch block: what the exception means to a caller. already_exists, too_large, invalid_input or timed_out if the
// database refused the statement for that; everything else is logged as `doing` and is unavailable.
core::errc explain_failure(std::string_view doing) noexcept;

} // namespace watchword::store
