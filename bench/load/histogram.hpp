#pragma once

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

namespace watchword::load {

// Durations, counted in buckets each at most 1/128 as wide as what it holds, as HDR histograms do: what percentile()
// says is never too short, and at most 0.8 % too long, over the whole range from 1 ns to 18 minutes; what is longer
// counts as that. One thread.
class histogram {
public:
    histogram();

    void add(std::chrono::nanoseconds);
    void merge(const histogram&);

    std::uint64_t count() const noexcept { return count_; }
    // Exact; zero while nothing is counted.
    std::chrono::nanoseconds min() const noexcept;
    std::chrono::nanoseconds max() const noexcept;
    std::chrono::nanoseconds mean() const noexcept;
    // What `percent` of the values do not exceed; zero while nothing is counted.
    std::chrono::nanoseconds percentile(double percent) const noexcept;
    // What it holds in few words: the longest duration of each bucket that is not empty, from 128 ns on at most 3.2 %
    // longer than the shortest, and how many there are. They add up to count().
    std::vector<std::pair<std::chrono::nanoseconds, std::uint64_t>> coarse() const;

private:
    std::vector<std::uint64_t> buckets_;
    std::uint64_t count_ = 0, sum_ = 0, least_ = UINT64_MAX, most_ = 0;
};

} // namespace watchword::load
