#pragma once

#include "load/class_plan.hpp"
#include "load/options.hpp"

#include <vector>

namespace watchword::load {

// Classes that share connections, and take turns by weight or are due by one rate.
struct lane_plan {
    std::vector<std::size_t> kinds; // of classes
    std::vector<std::uint32_t> weights;
    std::size_t connections = 0; // of all threads
    double rate = 0;             // of all threads; 0: closed loop
    bool is_plain = true;        // all its classes are
    bool by_connection = false;  // a class belongs to a chain with a member for each connection
};

// What all threads share, unchanging: the options and what was made of them.
struct plan {
    // Throws std::runtime_error for what does not go together.
    explicit plan(options given);

    // Those that are not idle.
    std::size_t connections() const;

    options settings;
    std::vector<class_plan> classes;
    std::vector<chain_plan> chains;
    std::vector<lane_plan> lanes; // the first is that of the classes without connections of their own
    std::string run_name;         // begins every unique value of this run
};

// The part of `total` that thread `number` of `threads` takes; those of all threads add up to it.
inline std::uint64_t share(std::uint64_t total, std::size_t number, std::size_t threads)
{
    return total / threads + (number < total % threads ? 1 : 0);
}

} // namespace watchword::load
