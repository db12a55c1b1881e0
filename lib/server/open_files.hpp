#pragma once

#include <cstdint>

namespace watchword::server {

// Lets this process open `wanted` files, as far as its hard limit goes, and returns how many it may open now. Service
// managers start programs with room for 1024: fewer than one client may have connections. Never lowers the limit.
std::uint64_t allow_open_files(std::uint64_t wanted) noexcept;

} // namespace watchword::server
