#pragma once

#include "accounts/breached_list.hpp"
#include "store/watcher.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

namespace watchword::accounts {

struct breached_build {
    std::filesystem::path list; // "-": standard input
    std::filesystem::path output;
    list_format format = list_format::automatic;
    bool replace = false; // what is there
};

struct breached_build_result {
    list_format format = list_format::plain; // of the list
    std::uint64_t lines = 0;
    std::uint64_t refused = 0;    // lines that no password can be
    std::uint64_t duplicates = 0; // passwords that came again
    std::uint64_t passwords = 0;  // that are in the filter
    std::uint64_t bytes = 0;      // of the file
};

// Makes a filter of a list (see breached_filter.hpp). The list is read once, from the beginning to the end; the output
// appears when it is whole and on the disk. Memory: 64 MiB and 50 bytes for each password of a shard, of which there
// are up to 1,024: about 120 MiB for a billion passwords. Disk, meanwhile: 8 bytes for each beside the output. Up to
// four billion passwords. `refused` is told the lines that are left out: their numbers, and why. Throws
// std::runtime_error for the operator, store::stopped when the watcher stops it; there is no output then.
breached_build_result build_breached_filter(const breached_build&,
                                            const std::function<void(std::uint64_t, std::string_view)>& refused,
                                            store::watcher&);

} // namespace watchword::accounts
