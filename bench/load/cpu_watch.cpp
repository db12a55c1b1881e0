#include "load/cpu_watch.hpp"

#include <ctime>

namespace watchword::load {

// The clock of a process is exact, where /proc/PID/stat counts in hundredths of a second.
double cpu_seconds(const std::vector<::pid_t>& processes)
{
    double seconds = 0;
    for (const auto process : processes) {
        ::clockid_t clock{};
        ::timespec spent{};
        if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &spent) != 0) continue;
        seconds += static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
    }
    return seconds;
}

} // namespace watchword::load
