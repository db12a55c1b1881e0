#pragma once

#include <chrono>
#include <cstddef>
#include <sys/types.h>

namespace watchword::test {

// What the kernel says a process uses. std::runtime_error if it cannot be read: the process is gone.
std::chrono::milliseconds cpu_time(::pid_t); // of all its threads, in user and kernel mode
std::size_t resident_bytes(::pid_t);
std::size_t open_files(::pid_t);

// Raises the limit of this program, which its children inherit, to `wanted` or as far as it may; what it is then.
std::size_t allow_open_files(std::size_t wanted);

} // namespace watchword::test
