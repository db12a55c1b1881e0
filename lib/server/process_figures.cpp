#include "server/process_figures.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace watchword::server {
namespace {

// Linux 6.2 and later say at once how many there are; before, they have to be listed.
std::uint64_t count_open_files()
{
    constexpr auto directory = "/proc/self/fd";
    struct stat status {};
    if (::stat(directory, &status) == 0 && status.st_size > 0) return static_cast<std::uint64_t>(status.st_size);
    std::error_code failed;
    const std::filesystem::directory_iterator all(directory, failed);
    return failed ? 0 : static_cast<std::uint64_t>(std::distance(begin(all), end(all))) - 1; // the listing's own
}

double boot_time()
{
    std::ifstream file("/proc/stat");
    std::string line;
    while (std::getline(file, line))
        if (line.starts_with("btime ")) return std::stod(line.substr(6));
    return 0;
}

// proc(5), behind the name, which may have anything in it: fields from the 3rd on.
std::istringstream stat_fields()
{
    std::ifstream file("/proc/self/stat");
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto name_end = text.rfind(')');
    return std::istringstream(name_end == text.npos ? std::string() : text.substr(name_end + 1));
}

} // namespace

process_figures read_process_figures()
{
    process_figures f;
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    auto fields = stat_fields();
    std::string value;
    for (int number = 3; number <= 24 && fields >> value; ++number) {
        if (number == 14 || number == 15) f.cpu_seconds += std::stod(value) / ticks;
        if (number == 20) f.threads = std::stoull(value);
        if (number == 22) f.start_time_seconds = boot_time() + std::stod(value) / ticks;
        if (number == 23) f.virtual_bytes = std::stoull(value);
        if (number == 24) f.resident_bytes = std::stoull(value) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    }
    f.open_files = count_open_files();
    ::rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) f.most_files = limit.rlim_cur;
    return f;
}

} // namespace watchword::server
