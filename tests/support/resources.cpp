#include "support/resources.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace watchword::test {
namespace {

std::string place(::pid_t process, const char* name)
{
    return "/proc/" + std::to_string(process) + "/" + name;
}

std::string read(::pid_t process, const char* name)
{
    std::ifstream in(place(process, name));
    std::ostringstream all;
    all << in.rdbuf();
    if (all.str().empty()) throw std::runtime_error("nothing in " + place(process, name));
    return std::move(all).str();
}

} // namespace

std::chrono::milliseconds cpu_time(::pid_t process)
{
    const auto all = read(process, "stat");
    std::istringstream fields(all.substr(all.rfind(')') + 2)); // the name may hold anything
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    long user = 0, system = 0;
    fields >> user >> system;
    return std::chrono::milliseconds((user + system) * 1000 / ::sysconf(_SC_CLK_TCK));
}

// statm is cheaper, and off by some hundred KiB since Linux 6.2.
std::size_t resident_bytes(::pid_t process)
{
    const auto all = read(process, "smaps_rollup");
    const auto at = all.find("\nRss:");
    if (at == all.npos) throw std::runtime_error("no Rss in " + all);
    return std::stoul(all.substr(at + 5)) * 1024;
}

std::size_t peak_resident_bytes(::pid_t process)
{
    const auto all = read(process, "status");
    const auto at = all.find("\nVmHWM:");
    if (at == all.npos) throw std::runtime_error("no VmHWM in " + all);
    return std::stoul(all.substr(at + 7)) * 1024;
}

std::vector<std::string> open_file_names(::pid_t process)
{
    std::error_code failed;
    std::filesystem::directory_iterator files(place(process, "fd"), failed);
    if (failed) throw std::runtime_error("no " + place(process, "fd"));
    std::vector<std::string> all;
    for (const auto& file : files) all.push_back(std::filesystem::read_symlink(file, failed).string());
    return all;
}

std::size_t open_files(::pid_t process)
{
    return open_file_names(process).size();
}

bool is_stopped(::pid_t process)
{
    const auto all = read(process, "stat");
    return all.at(all.rfind(')') + 2) == 'T';
}

std::size_t unsent_bytes(const std::string& port)
{
    std::ifstream in("/proc/net/tcp");
    std::string line;
    std::getline(in, line); // headings
    std::size_t all = 0;
    while (std::getline(in, line)) {
        std::istringstream fields(line);
        std::string number, local, remote, state, queues;
        fields >> number >> local >> remote >> state >> queues;
        const bool is_listener = state == "0A";
        if (is_listener || std::stoul(local.substr(local.find(':') + 1), nullptr, 16) != std::stoul(port)) continue;
        all += std::stoul(queues.substr(0, queues.find(':')), nullptr, 16);
    }
    return all;
}

std::size_t allow_open_files(std::size_t wanted)
{
    ::rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::max<::rlim_t>(limit.rlim_cur, std::min<::rlim_t>(wanted, limit.rlim_max));
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

} // namespace watchword::test
