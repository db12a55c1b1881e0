#include "load/cpu_watch.hpp"

#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

namespace watchword::load {
namespace {

// See proc(5): fields are counted from 1, the second is the name in parentheses, which may hold anything.
double cpu_ticks(::pid_t process)
{
    std::ifstream in("/proc/" + std::to_string(process) + "/stat");
    std::string line;
    if (!std::getline(in, line)) return 0;
    std::istringstream after_name(line.substr(line.rfind(')') + 1));
    std::string skipped;
    constexpr int before_user_time = 11;
    for (int i = 0; i < before_user_time; ++i) after_name >> skipped;
    double user = 0, system = 0;
    after_name >> user >> system;
    return user + system;
}

} // namespace

double cpu_seconds(const std::vector<::pid_t>& processes)
{
    double ticks = 0;
    for (const auto process : processes) ticks += cpu_ticks(process);
    return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

} // namespace watchword::load
