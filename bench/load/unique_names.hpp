#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace watchword::load {

// Texts of lower-case letters, digits and dashes that no other thread and no other run makes. One thread.
class unique_names {
public:
    unique_names(const std::string& run_name, std::size_t thread)
        : begin_(run_name + "-" + std::to_string(thread) + "-")
    {}

    std::string next() { return begin_ + std::to_string(count_++); }

private:
    std::string begin_;
    std::uint64_t count_ = 0;
};

} // namespace watchword::load
