#pragma once

#include "server/diagnosis.hpp"
#include "server/diagnosis_database.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>

// What the machine gives a server. Facts are looked up apart from what is made of them. Thread-safe.
namespace watchword::server {

struct disk_facts {
    std::uint64_t free_bytes = 0;
    std::optional<std::uint64_t> free_inodes{}; // nothing: the file system does not count them
    bool read_only = false;
};
findings judge_disk(const std::filesystem::path& directory, const disk_facts&);
// Where a SQLite database lies; none for others.
findings check_disk(const settings::settings&);

struct clock_facts {
    core::precise_timestamp now{};
    std::optional<core::precise_timestamp> newest{}; // of the times in the database
    std::optional<bool> synchronised{};              // by NTP; nothing: the system does not tell
};
findings judge_clock(const clock_facts&);
findings check_clock(core::precise_timestamp now, const database_state&);

struct limit_facts {
    std::uint64_t open_files = 0;                // that the hard limit allows
    std::optional<std::uint64_t> memory{};       // bytes that this process may have, its cgroups' limits among them
    std::optional<std::uint64_t> listen_queue{}; // net.core.somaxconn
};
findings judge_limits(const settings::settings&, std::size_t cores, const limit_facts&);
findings check_limits(const settings::settings&);

// The least of the limits of memory in a tree of cgroups, of the group and those above it; `group` as /proc/self/cgroup
// names it: "/a/b". Nothing: there is none.
std::optional<std::uint64_t> cgroup_memory(const std::filesystem::path& root, const std::string& group);

} // namespace watchword::server
