#pragma once

#include <chrono>
#include <cstdint>

namespace watchword::core {

// How often something may happen: `count` times at once, and over time as many in each `period`, evenly.
struct rate {
    std::uint64_t count = 0; // 0: as often as anybody likes
    std::chrono::seconds period{1};

    bool is_limited() const noexcept { return count != 0; }
    friend bool operator==(const rate&, const rate&) = default;
};

} // namespace watchword::core
