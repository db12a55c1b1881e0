#pragma once

#include "load/class_rotation.hpp"
#include "load/connection.hpp"
#include "load/plan.hpp"
#include "load/schedule.hpp"

#include <deque>
#include <optional>

namespace watchword::load {

// What one thread does of a lane.
struct lane {
    explicit lane(const lane_plan& p) : plan(&p), rotation(p.weights) {}

    const lane_plan* plan;
    class_rotation rotation;
    std::deque<connection*> free;    // connections without a request
    std::optional<schedule> times;   // open loop
    std::uint64_t issued = 0;        // open loop: all requests sent
    std::uint64_t blocked_until = 0; // open loop: of them, those that were due while they could not be sent
    bool starved = false;            // no chain has a member for any of its classes, until one is given back
};

} // namespace watchword::load
