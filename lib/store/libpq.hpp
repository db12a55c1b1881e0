#pragma once

namespace watchword::store {

// libpq and what it needs are thirty libraries that a server on SQLite neither starts with nor has to have installed:
// they are loaded by the first of its functions that is called. This does it at once, so that they never fail after.
// Thread-safe. Throws std::runtime_error for the operator if it is not installed.
void load_libpq();

} // namespace watchword::store
