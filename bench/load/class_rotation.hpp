#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace watchword::load {

// Deals out classes by their weights, as evenly as weights allow and each time in the same order: after as many turns
// as all weights together, each class has come exactly as often as its weight says. A class that is passed over gets
// what it missed once it can be had. One thread.
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
        return next([](std::size_t) { return true; }).value_or(0);
    }

    // Of those that can be had; none if there is none, and nothing has changed then.
    template <class Predicate> std::optional<std::size_t> next(const Predicate& can_be_had)
    {
        std::optional<std::size_t> best;
        for (std::size_t i = 0; i < seats_.size(); ++i) {
            const bool better = !best || credit_then(i) > credit_then(*best);
            if (better && can_be_had(i)) best = i;
        }
        if (!best) return best;
        for (auto& s : seats_) s.credit += s.weight;
        seats_[*best].credit -= total_;
        return best;
    }

private:
    struct seat {
        std::int64_t weight;
        std::int64_t credit;
    };

    std::int64_t credit_then(std::size_t i) const { return seats_[i].credit + seats_[i].weight; }

    std::vector<seat> seats_;
    std::int64_t total_ = 0;
};

} // namespace watchword::load
