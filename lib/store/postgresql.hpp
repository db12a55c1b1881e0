#pragma once

#include "store/session.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace watchword::store {

// Checks a postgresql:// URL; connects later. What the URL leaves out comes from libpq's environment (PGHOST, …).
// Throws std::runtime_error for the operator, without the URL: a password in it that is not percent-encoded can look
// like any other part.
std::unique_ptr<backend> open_postgresql(const std::string& url, std::chrono::milliseconds timeout);

} // namespace watchword::store
