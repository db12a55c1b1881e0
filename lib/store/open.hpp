#pragma once

#include "store/database.hpp"
#include "store/session.hpp"

#include <memory>

// From a URL to the database it names. Throws std::runtime_error for the operator; it never holds a password.
namespace watchword::store {

// For the one who owns the database: a SQLite file is created if need be, and locked. With
// database_settings::beside_owner, as a guest of the owner if there is one.
std::unique_ptr<backend> open_backend(const database_settings&);

// For those who only read, beside an owner that may be running: connect(access::write) is refused, nothing is created
// and nothing is locked. A SQLite file is never checkpointed. The file must not be opened by open_backend in this
// process while this is open, if the owner may go first: see file_lock.
std::unique_ptr<backend> open_backend_for_reading(const database_settings&);

} // namespace watchword::store
