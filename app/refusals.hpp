#pragma once

#include "progress.hpp"

#include <cstdint>
#include <fstream>
#include <string>

namespace watchword::app {

// Lists what was refused: all of it in a file if one was named, else the first on standard error. One thread.
class refusals {
public:
    // `file` may be empty. Throws std::runtime_error if it cannot be written.
    refusals(const std::string& file, progress&);

    void add(std::uint64_t line, const std::string& reason);
    std::uint64_t count() const noexcept { return count_; }
    // After the last of them. Throws std::runtime_error if the file could not be written.
    void finish();

private:
    static constexpr std::uint64_t most_listed = 20;

    const std::string name_;
    std::ofstream file_;
    progress& progress_;
    std::uint64_t count_ = 0;
};

} // namespace watchword::app
