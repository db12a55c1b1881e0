#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <sys/types.h>
#include <vector>

namespace watchword::test {

// What the kernel says a process uses. std::runtime_error if it cannot be read: the process is gone.
std::chrono::milliseconds cpu_time(::pid_t); // of all its threads, in user and kernel mode
std::size_t resident_bytes(::pid_t);
std::size_t peak_resident_bytes(::pid_t); // since its start
std::size_t open_files(::pid_t);
std::vector<std::string> open_file_names(::pid_t); // as /proc names them; empty for one that was closed meanwhile
// Whether SIGSTOP has taken effect.
bool is_stopped(::pid_t);

// Bytes that the kernel holds for the clients of a local TCP port over IPv4: sent to them and not taken yet.
std::size_t unsent_bytes(const std::string& port);

// Raises the limit of this program, which its children inherit, to `wanted` or as far as it may; what it is then.
std::size_t allow_open_files(std::size_t wanted);

} // namespace watchword::test
