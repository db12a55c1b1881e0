#pragma once

#include "load/options.hpp"
#include "load/sockets.hpp"

#include <string>
#include <vector>

namespace watchword::load {

// What all threads share, unchanging: the options and what was made of them.
struct plan {
    explicit plan(options given) : settings(std::move(given))
    {
        for (const auto& c : settings.classes) {
            requests.push_back(to_bytes(c, to_text(settings.target)));
            weights.push_back(c.weight);
        }
    }

    options settings;
    std::vector<std::vector<std::string>> requests; // of each class, to be sent in turn
    std::vector<std::uint32_t> weights;
};

// The part of `total` that thread `number` of `threads` takes; those of all threads add up to it.
inline std::uint64_t share(std::uint64_t total, std::size_t number, std::size_t threads)
{
    return total / threads + (number < total % threads ? 1 : 0);
}

} // namespace watchword::load
