#include "server/diagnosis_machine.hpp"

#include "api/time_text.hpp"
#include "core/text.hpp"
#include "server/diagnosis_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace watchword::server {
namespace {

constexpr std::uint64_t mib = 1024 * 1024, gib = 1024 * mib;

// "1.5 GiB"
std::string size_text(std::uint64_t bytes)
{
    char text[32];
    const bool is_large = bytes >= gib;
    std::snprintf(text, sizeof text, "%.1f %s", static_cast<double>(bytes) / static_cast<double>(is_large ? gib : mib),
                  is_large ? "GiB" : "MiB");
    return text;
}

std::optional<std::uint64_t> number_in(const std::filesystem::path& file)
{
    std::ifstream in(file);
    std::string word;
    if (!(in >> word)) return std::nullopt;
    return core::parse_unsigned(word);
}

finding judge_bytes(const std::filesystem::path& directory, const disk_facts& f)
{
    const std::string name = "disk.space";
    const auto text = size_text(f.free_bytes) + " free at " + directory.string();
    if (f.read_only)
        return error_of(name, directory.string() + " is mounted read-only", "Mount it so that it can be written.");
    if (f.free_bytes < 64 * mib) return error_of(name, text, "Make room: a server that cannot write serves nobody.");
    if (f.free_bytes < gib) return warning_of(name, text, "Make room before it is needed.");
    return all_well(name, text);
}

finding judge_inodes(const std::filesystem::path& directory, const disk_facts& f)
{
    constexpr std::uint64_t few = 1000, too_few = 16;
    const std::string name = "disk.inodes";
    if (!f.free_inodes) return all_well(name, "the file system does not count them");
    const auto text = std::to_string(*f.free_inodes) + " files can be made at " + directory.string();
    if (*f.free_inodes >= few) return all_well(name, text);
    const std::string advice = "Delete files there: the database needs some beside it.";
    return *f.free_inodes < too_few ? error_of(name, text, advice) : warning_of(name, text, advice);
}

finding judge_time(const clock_facts& f)
{
    constexpr std::chrono::sys_days earliest = std::chrono::year(2026) / 1 / 1; // this source is younger
    constexpr std::chrono::minutes tolerance{1};                                // nodes' clocks differ
    const std::string name = "clock.time";
    const auto shown = [](core::precise_timestamp t) {
        return api::time_text(std::chrono::floor<std::chrono::seconds>(t));
    };
    const auto text = "it is " + shown(f.now);
    const std::string advice = "Set the clock (timedatectl set-time, or an NTP service) before the server starts: "
                               "tokens and sessions go by it.";
    if (f.now < earliest) return error_of(name, text + ", which is before this program was made", advice);
    if (f.newest && f.now + tolerance < *f.newest)
        return error_of(name, text + ", but the database has been written at " + shown(*f.newest), advice);
    return all_well(name, text);
}

finding judge_synchronisation(const std::optional<bool>& synchronised)
{
    const std::string name = "clock.synchronised";
    if (!synchronised) return all_well(name, "the system does not tell");
    if (*synchronised) return all_well(name, "by NTP");
    return warning_of(name, "the clock is not synchronised by NTP",
                      "Run an NTP service (timedatectl set-ntp true): who checks tokens elsewhere has another time.");
}

finding judge_open_files(const settings::settings& s, std::uint64_t allowed)
{
    constexpr std::uint64_t others = 1000; // as the server reckons at its start
    const auto needed = s.http.connections + others;
    const std::string name = "limits.open_files";
    const auto text = (allowed == RLIM_INFINITY ? "any number" : std::to_string(allowed)) + " may be open, " +
                      std::to_string(needed) + " are needed for http.connections";
    if (allowed >= needed) return all_well(name, text);
    return warning_of(name, text,
                      "Raise the hard limit (ulimit -Hn, LimitNOFILE= of a systemd unit), or lower http.connections.");
}

finding judge_memory(const settings::settings& s, std::size_t cores, const std::optional<std::uint64_t>& memory)
{
    const std::string name = "limits.memory";
    const auto threads = s.passwords.threads != 0 ? s.passwords.threads : std::max<std::size_t>(cores, 1);
    const auto needed = std::uint64_t(threads) * s.passwords.memory_kib * 1024;
    const auto text = size_text(needed) + " for " + std::to_string(threads) + " password hashes at once";
    if (!memory) return all_well(name, text);
    const auto found = text + ", of " + size_text(*memory);
    const std::string advice = "Lower passwords.threads, or give the server more memory.";
    if (needed >= *memory) return error_of(name, found, advice);
    if (needed > *memory / 4 * 3) return warning_of(name, found, advice);
    return all_well(name, found);
}

finding judge_listen_queue(const std::optional<std::uint64_t>& most)
{
    constexpr std::uint64_t wanted = 4096; // as the listener asks for
    const std::string name = "limits.listen_queue";
    if (!most) return all_well(name, "the system does not tell");
    const auto text = std::to_string(*most) + " clients may wait to be accepted";
    if (*most >= wanted) return all_well(name, text);
    return warning_of(name, text, "sysctl net.core.somaxconn=4096: in a storm of clients the others are refused.");
}

finding judge_core_dumps(const settings::settings& s)
{
    if (!s.server.core_dumps) return all_well("limits.core_dumps", "the server forbids them");
    return warning_of("limits.core_dumps", "server.core_dumps is on: a dump holds secrets and passwords",
                      "Turn it off when the fault that is looked for has been found.");
}

std::optional<bool> ask_synchronisation()
{
    ::timex state{}; // modes: 0, nothing is set
    if (::adjtimex(&state) < 0) return std::nullopt;
    return (state.status & STA_UNSYNC) == 0;
}

// Of cgroups of version 2; where those of version 1 are used, the controller of memory.
std::optional<std::uint64_t> own_cgroup_memory()
{
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        const auto second = line.find(':', line.find(':') + 1);
        if (second == line.npos) continue;
        const auto group = line.substr(second + 1);
        if (line.starts_with("0::")) {
            if (const auto found = cgroup_memory("/sys/fs/cgroup", group)) return found;
        } else if (line.find(":memory:") != line.npos) {
            return cgroup_memory("/sys/fs/cgroup/memory", group);
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t> usable_memory()
{
    const long pages = ::sysconf(_SC_PHYS_PAGES), page = ::sysconf(_SC_PAGESIZE);
    const auto limit = own_cgroup_memory();
    if (pages <= 0 || page <= 0) return limit;
    const auto machine = static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page);
    return limit ? std::min(*limit, machine) : machine;
}

} // namespace

std::optional<std::uint64_t> cgroup_memory(const std::filesystem::path& root, const std::string& group)
{
    std::optional<std::uint64_t> least;
    auto at = root / std::filesystem::path(group).relative_path();
    for (;;) {
        for (const char* const file : {"memory.max", "memory.limit_in_bytes"})
            if (const auto found = number_in(at / file)) least = least ? std::min(*least, *found) : *found;
        if (at == root || !at.has_relative_path()) return least;
        at = at.parent_path();
    }
}

findings judge_disk(const std::filesystem::path& directory, const disk_facts& f)
{
    return {judge_bytes(directory, f), judge_inodes(directory, f)};
}

findings check_disk(const settings::settings& s)
{
    const auto file = sqlite_file(s);
    if (!file) return {};
    const auto directory = directory_of(*file);
    struct ::statvfs about {};
    if (::statvfs(directory.c_str(), &about) != 0)
        return {error_of("disk.space", directory.string() + ": " + std::generic_category().message(errno),
                         "Make the directory of the database.")};
    disk_facts f{about.f_bavail * about.f_frsize, std::nullopt, (about.f_flag & ST_RDONLY) != 0};
    if (about.f_files != 0) f.free_inodes = about.f_favail;
    return judge_disk(directory, f);
}

findings judge_clock(const clock_facts& f)
{
    return {judge_time(f), judge_synchronisation(f.synchronised)};
}

findings check_clock(core::precise_timestamp now, const database_state& d)
{
    return judge_clock({now, d.seen ? d.seen->newest : std::nullopt, ask_synchronisation()});
}

findings judge_limits(const settings::settings& s, std::size_t cores, const limit_facts& f)
{
    return {judge_open_files(s, f.open_files), judge_memory(s, cores, f.memory), judge_listen_queue(f.listen_queue),
            judge_core_dumps(s)};
}

findings check_limits(const settings::settings& s)
{
    ::rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    return judge_limits(s, std::thread::hardware_concurrency(),
                        {files.rlim_max, usable_memory(), number_in("/proc/sys/net/core/somaxconn")});
}

} // namespace watchword::server
