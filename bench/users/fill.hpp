#pragma once

#include "users/options.hpp"

#include <cstdint>
#include <functional>

namespace watchword::users {

// Called now and then with how many users have been made.
using progress = std::function<void(std::uint64_t made)>;

// Makes the schema by lib/store's own migrations and then the users. Throws std::runtime_error: the file exists, there
// is not enough space, the database has users, or it failed. Nothing is left of a file that was not finished.
void fill(const options&, const progress&);

// What fill() reckons with on the disk.
inline constexpr std::uint64_t bytes_per_user = 340;

} // namespace watchword::users
