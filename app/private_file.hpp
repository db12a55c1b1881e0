#pragma once

#include "store/unfinished_file.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace watchword::app {

// A file that only its owner can read, and that appears under its name when it is whole and on the disk. "-" is
// standard output. Throws std::runtime_error for the operator.
class private_file {
public:
    // Refuses a file that is there, unless it may be replaced.
    private_file(const std::string& name, bool replace);

    void write(std::string_view);
    void finish();

private:
    void write_pending();

    const bool replace_;
    std::optional<store::unfinished_file> file_; // none: standard output
    std::string pending_;
    std::uint64_t written_ = 0;
};

} // namespace watchword::app
