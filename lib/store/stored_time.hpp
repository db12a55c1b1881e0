#pragma once

#include "core/clock.hpp"

// Times as our tables have them: milliseconds since 1970.
namespace watchword::store {

inline long long to_stored(core::precise_timestamp t) noexcept
{
    return t.time_since_epoch().count();
}
inline core::precise_timestamp from_stored(long long milliseconds) noexcept
{
    return core::precise_timestamp(std::chrono::milliseconds(milliseconds));
}

} // namespace watchword::store
