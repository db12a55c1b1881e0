#pragma once

#include <cstdint>

namespace watchword::server {

// What the system says of this process; 0 where it says nothing.
struct process_figures {
    double cpu_seconds = 0, start_time_seconds = 0; // since 1970
    std::uint64_t resident_bytes = 0, virtual_bytes = 0, open_files = 0, most_files = 0, threads = 0;
};

// Reads /proc. Thread-safe.
process_figures read_process_figures();

} // namespace watchword::server
