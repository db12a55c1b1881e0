#pragma once

#include <cstddef>
#include <string>
#include <sys/types.h>
#include <vector>

// The memory of another process, as a debugger or a core dump has it.
namespace watchword::test {

struct memory_text {
    std::string text;  // as many bytes as were asked for, fewer at the end of a mapping
    std::string where; // the line of /proc/PID/maps
};

// Every text in memory the process can write to, its heap and stacks among it, that begins in one of these ways.
// std::runtime_error if it may not be read.
std::vector<memory_text> texts_in_memory(::pid_t, const std::vector<std::string>& beginnings, std::size_t size);

// Whether this program may read the memory, and all of /proc, of every process. Otherwise only of those that let their
// user (server.core_dumps).
bool may_read_all_memory();

} // namespace watchword::test
