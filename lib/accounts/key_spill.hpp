#pragma once

#include "core/descriptor.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace watchword::accounts {

// 64-bit keys in any number, parted by their first ten bits, in 64 MiB of memory at the most: what is more goes into a
// file without a name, which the system removes when this goes or the program dies. Members throw std::runtime_error
// for the operator. One thread.
class key_spill {
public:
    static constexpr std::size_t parts = 1024;

    // The file will be in that directory.
    explicit key_spill(std::filesystem::path directory);

    void add(std::uint64_t key);
    std::uint64_t size() const noexcept { return size_; } // so many were added
    // How many read() would give; a key that came again may be there less often than it came.
    std::size_t held(std::size_t first, std::size_t count) const;
    // The keys of `count` parts from `first` on, in any order.
    std::vector<std::uint64_t> read(std::size_t first, std::size_t count) const;

private:
    static constexpr std::size_t block_keys = 8192; // 64 KiB: big enough for a disk that has to seek

    struct part {
        std::vector<std::uint64_t> latest; // not in the file
        std::vector<std::uint32_t> blocks; // in the file, by their numbers
    };

    void write_block(part&);
    void open_file();

    const std::filesystem::path directory_;
    core::descriptor file_{-1}; // opened when it is needed
    std::uint32_t blocks_ = 0;
    std::uint64_t size_ = 0;
    std::array<part, parts> parts_;
};

} // namespace watchword::accounts
