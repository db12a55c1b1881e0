#pragma once

#include "core/bounded_table.hpp"
#include "core/siphash.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace watchword::accounts {

// What becomes of those who fail again and again.
struct lane_rules {
    std::uint32_t free_failures = 10;        // after which nobody has to wait
    std::chrono::seconds longest_delay{900}; // at least a second

    // How long to wait after the last of so many failures: a second after the first that is not free, then twice as
    // long each time.
    std::chrono::milliseconds delay_after(std::uint64_t failures) const noexcept;
    // One failure is forgiven in this time, then the next: longer than any delay, so that whoever fails again as soon
    // as he may is never forgiven as much as he adds.
    std::chrono::milliseconds forgiven_after() const noexcept;
    // More are not remembered, so that an attack of weeks is forgiven as soon as one of a day.
    std::uint64_t most_failures() const noexcept;
};

// Counts failures in lanes with any names, and makes the attempts in one wait longer and longer. An attempt is charged
// as a failure before it is judged, and its charge given back if it was none: as many as come at once, no more get
// through than if they had come one by one.
//
// Memory is bounded. Lanes that nobody has asked to keep are forgotten first, whatever happens in them, and of the
// others those with the fewest failures: to make one forgotten it takes as many failures in as many lanes that are
// kept as there is room for.
// Thread-safe. Depends on nothing but the calls and their times.
class failure_lanes {
public:
    using time_point = std::chrono::steady_clock::time_point;

    // For at least so many lanes. `secret` comes from a random source. std::bad_alloc.
    failure_lanes(std::size_t lanes, core::siphash_key secret);

    // What giving back needs. Times in ms.
    struct charge {
        std::uint64_t added = 0;  // until it is forgiven
        std::uint64_t before = 0; // of the attempt before
        std::uint64_t at = 0;
    };
    struct answer {
        std::chrono::milliseconds wait{0}; // 0: it may go on, and is charged
        std::uint64_t failures = 0;        // of the lane, with this one
        charge made{};
    };
    answer begin(std::string_view lane, const lane_rules&, time_point now);
    void give_back(std::string_view lane, const charge&);
    // It is worth more than those that anybody can begin at no cost. Once for each new lane; more often does no harm.
    void keep(std::string_view lane);

private:
    struct lane {
        std::uint64_t forgiven_at; // ms; the failures that are left are the time until then
        std::uint64_t last;        // attempt, ms
    };

    core::bounded_table<lane> lanes_;
};

} // namespace watchword::accounts
