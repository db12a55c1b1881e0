#pragma once

#include "store/database.hpp"
#include "store/session.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace watchword::store {

// Checks the URL or keywords (see postgresql_options); connects later.
// Throws std::runtime_error for the operator, without a password.
std::unique_ptr<backend> open_postgresql(const database_settings&);
std::unique_ptr<backend> open_postgresql(const std::string& url, std::chrono::milliseconds timeout);

} // namespace watchword::store
