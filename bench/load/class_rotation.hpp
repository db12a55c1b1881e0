#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace watchword::load {

// Deals out classes by their weights, as evenly as weights allow and each time in the same order: after as many turns
// as all weights together, each class has come exactly as often as its weight says. One thread.
class class_rotation {
public:
    // At least one weight.
    explicit class_rotation(const std::vector<std::uint32_t>& weights)
    {
        for (const auto weight : weights) {
            seats_.push_back({weight, 0});
            total_ += weight;
        }
    }

    // The index of the class whose turn it is.
    std::size_t next()
    {
        if (seats_.size() == 1) return 0;
        std::size_t best = 0;
        for (std::size_t i = 0; i < seats_.size(); ++i) {
            seats_[i].credit += seats_[i].weight;
            if (seats_[i].credit > seats_[best].credit) best = i;
        }
        seats_[best].credit -= total_;
        return best;
    }

private:
    struct seat {
        std::int64_t weight;
        std::int64_t credit;
    };
    std::vector<seat> seats_;
    std::int64_t total_ = 0;
};

} // namespace watchword::load
