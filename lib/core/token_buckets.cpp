#include "core/token_buckets.hpp"

#include <algorithm>

namespace watchword::core {
namespace {

std::uint64_t nanoseconds_of(steady_time t) noexcept
{
    using std::chrono::nanoseconds;
    return static_cast<std::uint64_t>(std::chrono::duration_cast<nanoseconds>(t.time_since_epoch()).count());
}

std::chrono::nanoseconds duration_of(std::uint64_t nanoseconds) noexcept
{
    return std::chrono::nanoseconds(static_cast<std::int64_t>(nanoseconds));
}

} // namespace

bucket_rule::bucket_rule(rate r) noexcept
    : most_(r.count), interval_((nanoseconds_of(steady_time(r.period)) + r.count - 1) / r.count)
{}

taken bucket_rule::take(std::uint64_t& full_at, steady_time now, std::uint64_t tokens) const noexcept
{
    const auto asked = std::min(tokens, most_) * interval_, whole = most_ * interval_;
    const auto time = nanoseconds_of(now);
    const auto missing = full_at > time ? full_at - time : 0;
    if (missing + asked > whole) {
        const auto left = missing < whole ? (whole - missing) / interval_ : 0;
        return {false, left, duration_of(missing + asked - whole)};
    }
    full_at = time + missing + asked;
    const auto left = whole - missing - asked;
    return {true, left / interval_, duration_of(left < interval_ ? interval_ - left : 0)};
}

void bucket_rule::give_back(std::uint64_t& full_at, std::uint64_t tokens) const noexcept
{
    full_at -= std::min(full_at, std::min(tokens, most_) * interval_);
}

taken token_bucket::take(steady_time now, std::uint64_t tokens) noexcept
{
    auto before = full_at_.load(std::memory_order_relaxed);
    for (;;) {
        auto after = before;
        const auto outcome = rule_.take(after, now, tokens);
        if (!outcome.allowed || full_at_.compare_exchange_weak(before, after, std::memory_order_relaxed))
            return outcome;
    }
}

void token_bucket::give_back(std::uint64_t tokens) noexcept
{
    auto before = full_at_.load(std::memory_order_relaxed);
    std::uint64_t after = 0;
    do {
        after = before;
        rule_.give_back(after, tokens);
    } while (!full_at_.compare_exchange_weak(before, after, std::memory_order_relaxed));
}

taken token_buckets::take(std::string_view key, steady_time now, std::uint64_t tokens)
{
    return buckets_.visit(key, nanoseconds_of(now),
                          [&](std::uint64_t& full_at) { return rule_.take(full_at, now, tokens); });
}

void token_buckets::give_back(std::string_view key, steady_time now, std::uint64_t tokens)
{
    buckets_.visit(key, nanoseconds_of(now), [&](std::uint64_t& full_at) { rule_.give_back(full_at, tokens); });
}

} // namespace watchword::core
