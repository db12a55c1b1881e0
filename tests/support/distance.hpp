#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace watchword::test {

// How far two samples' distributions are apart (Kolmogorov and Smirnov): 0 if they are the same, 1 if every value of
// one is below every value of the other. Of 5,000 values each of one distribution, above 0.04 less than once in a
// thousand times.
inline double distance_between(std::vector<double> a, std::vector<double> b)
{
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    const auto share_up_to = [](const std::vector<double>& all, double x) {
        const auto up_to = std::upper_bound(all.begin(), all.end(), x) - all.begin();
        return static_cast<double>(up_to) / static_cast<double>(all.size());
    };
    double most = 0;
    for (const auto* all : {&a, &b})
        for (const double x : *all) most = std::max(most, std::abs(share_up_to(a, x) - share_up_to(b, x)));
    return most;
}

} // namespace watchword::test
