#pragma once

#include "refresh_schedule.hpp"

#include <cstdlib>
#include <iostream>

namespace watchword::test {

// Of the schedules of this run: WATCHWORD_SEED, or always the same.
inline std::uint64_t schedule_seed()
{
    const char* const wanted = std::getenv("WATCHWORD_SEED");
    return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 1;
}

inline void tell_schedule(const std::string& whose, std::uint64_t seed, const schedule_report& seen)
{
    std::cout << "refresh schedule, " << whose << ", seed " << seed << ": " << seen.text() << std::endl;
}

} // namespace watchword::test
