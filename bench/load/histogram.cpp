#include "load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <numeric>

namespace watchword::load {
namespace {

// Every power of two is cut into this many buckets of equal width; below it each value has its own.
constexpr int bits = 7;
constexpr std::uint64_t steps = 1U << bits;
constexpr int most_bits = 40;
constexpr std::uint64_t longest = (std::uint64_t{1} << most_bits) - 1;
constexpr std::size_t bucket_count = (most_bits - bits + 1) * steps;

std::size_t bucket_of(std::uint64_t value)
{
    if (value < steps) return value;
    const auto shift = static_cast<unsigned>(std::bit_width(value) - bits - 1);
    return shift * steps + (value >> shift);
}

std::uint64_t last_value_of(std::size_t bucket)
{
    if (bucket < steps) return bucket;
    const auto shift = bucket / steps - 1;
    const auto step = bucket - shift * steps;
    return ((step + 1) << shift) - 1;
}

std::chrono::nanoseconds to_time(std::uint64_t value)
{
    return std::chrono::nanoseconds(static_cast<std::int64_t>(value));
}

} // namespace

histogram::histogram() : buckets_(bucket_count) {}

void histogram::add(std::chrono::nanoseconds time)
{
    const auto value = std::min(longest, static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0)));
    ++buckets_[bucket_of(value)];
    ++count_;
    sum_ += value;
    least_ = std::min(least_, value);
    most_ = std::max(most_, value);
}

void histogram::merge(const histogram& other)
{
    std::transform(buckets_.begin(), buckets_.end(), other.buckets_.begin(), buckets_.begin(), std::plus<>());
    count_ += other.count_;
    sum_ += other.sum_;
    least_ = std::min(least_, other.least_);
    most_ = std::max(most_, other.most_);
}

std::chrono::nanoseconds histogram::min() const noexcept
{
    return to_time(count_ == 0 ? 0 : least_);
}

std::chrono::nanoseconds histogram::max() const noexcept
{
    return to_time(most_);
}

std::chrono::nanoseconds histogram::mean() const noexcept
{
    return to_time(count_ == 0 ? 0 : sum_ / count_);
}

std::chrono::nanoseconds histogram::percentile(double percent) const noexcept
{
    if (count_ == 0) return {};
    const auto wanted = static_cast<std::uint64_t>(std::ceil(percent / 100 * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        seen += buckets_[i];
        if (seen >= wanted && seen > 0) return to_time(std::clamp(last_value_of(i), least_, most_));
    }
    return max();
}

std::vector<std::pair<std::chrono::nanoseconds, std::uint64_t>> histogram::coarse() const
{
    constexpr std::size_t together = 4;
    std::vector<std::pair<std::chrono::nanoseconds, std::uint64_t>> all;
    for (std::size_t i = 0; i < buckets_.size(); i += together) {
        const auto first = buckets_.begin() + static_cast<std::ptrdiff_t>(i);
        const auto count = std::accumulate(first, first + together, std::uint64_t{0});
        if (count != 0) all.emplace_back(to_time(last_value_of(i + together - 1)), count);
    }
    return all;
}

} // namespace watchword::load
