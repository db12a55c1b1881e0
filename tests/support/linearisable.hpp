#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <utility>
#include <vector>

namespace watchword::test {

// Whether the operations of several threads, each thread's in its order, can have happened one after the other, each at
// one moment between its begin and its end, with the outcomes they had. The search of Wing and Gong (1993) through all
// orders, which visits a state once (Lowe, 2017); for histories of some dozen operations.
//
// Operation: numbers `begin` and `end`, all different, from one counter. Model: what there is at first;
// apply(operation) changes it and tells whether it could have that outcome; has an order, any one.
template <class Model, class Operation>
bool is_linearisable(const std::vector<std::vector<Operation>>& threads, const Model& first)
{
    using configuration = std::pair<std::vector<std::size_t>, Model>; // how many of each thread's have happened
    std::set<configuration> seen;
    std::vector<configuration> open;
    open.emplace_back(std::vector<std::size_t>(threads.size()), first);
    while (!open.empty()) {
        const auto [happened, model] = open.back();
        open.pop_back();
        bool is_end = true;
        auto first_end = std::numeric_limits<std::uint64_t>::max();
        for (std::size_t t = 0; t < threads.size(); ++t) {
            if (happened[t] == threads[t].size()) continue;
            is_end = false;
            first_end = std::min(first_end, threads[t][happened[t]].end);
        }
        if (is_end) return true;
        for (std::size_t t = 0; t < threads.size(); ++t) {
            if (happened[t] == threads[t].size()) continue;
            const auto& next = threads[t][happened[t]];
            if (next.begin > first_end) continue; // one that has not happened yet had ended
            configuration then(happened, model);
            if (!then.second.apply(next)) continue;
            ++then.first[t];
            if (seen.insert(then).second) open.push_back(std::move(then));
        }
    }
    return false;
}

} // namespace watchword::test
