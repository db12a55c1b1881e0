#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace watchword::core {

// How long things take is counted between the same bounds everywhere, so that counts can be added and compared.
inline constexpr std::array<std::chrono::microseconds, 16> duration_bounds = [] {
    std::array<std::chrono::microseconds, 16> bounds{};
    std::size_t at = 0;
    for (const int each : {100, 250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 500'000,
                           1'000'000, 2'500'000, 5'000'000, 10'000'000})
        bounds[at++] = std::chrono::microseconds(each);
    return bounds;
}();
inline constexpr std::size_t duration_buckets = duration_bounds.size() + 1; // the last: beyond all bounds

// The first that is not below it. Short ones, which are many, are found first.
constexpr std::size_t bucket_of(std::chrono::nanoseconds took) noexcept
{
    std::size_t bucket = 0;
    while (bucket < duration_bounds.size() && took > duration_bounds[bucket]) ++bucket;
    return bucket;
}

// How many durations fell into each bucket, and their sum. A value.
struct duration_counts {
    std::array<std::uint64_t, duration_buckets> in{};
    std::chrono::nanoseconds sum{};

    void add(std::chrono::nanoseconds took) noexcept
    {
        ++in[bucket_of(took)];
        sum += took;
    }
    duration_counts& operator+=(const duration_counts& more) noexcept
    {
        std::transform(in.begin(), in.end(), more.in.begin(), in.begin(), std::plus<>());
        sum += more.sum;
        return *this;
    }
};

} // namespace watchword::core
