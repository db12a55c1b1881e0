#pragma once

#include "core/bounded_table.hpp"
#include "core/rate.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

// Token buckets: a bucket holds rate.count tokens, is full at first, and gets one back every period / count. What is
// kept of it is one number, the time at which it will be full again (the generic cell rate algorithm). Nothing here
// reads a clock: `now` is any steady time, and may fall by what threads differ in.
namespace watchword::core {

using steady_time = std::chrono::steady_clock::time_point;

// What came of asking for tokens.
struct taken {
    bool allowed;                  // all that were asked for, or none
    std::uint64_t remaining;       // tokens that are left
    std::chrono::nanoseconds wait; // if refused, until there are enough; else until there is one; 0: there is one
};

// The arithmetic of a bucket that is kept elsewhere. Thread-safe.
class bucket_rule {
public:
    // The rate is limited; at most 10^9 tokens.
    explicit bucket_rule(rate) noexcept;

    // `full_at`, in nanoseconds, is 0 for a bucket that nobody has taken from. Asking for more tokens than a bucket
    // holds is asking for all of them; asking for none tells how many there are.
    taken take(std::uint64_t& full_at, steady_time now, std::uint64_t tokens) const noexcept;
    // Of a bucket that is full meanwhile nothing comes of it.
    void give_back(std::uint64_t& full_at, std::uint64_t tokens) const noexcept;

private:
    std::uint64_t most_;     // tokens
    std::uint64_t interval_; // nanoseconds from token to token; rounded up, so that there are never more than the rate
};

// One bucket for all. Thread-safe: however many ask at once, no token is given twice.
class token_bucket {
public:
    explicit token_bucket(rate r) noexcept : rule_(r) {}

    taken take(steady_time now, std::uint64_t tokens = 1) noexcept;
    void give_back(std::uint64_t tokens = 1) noexcept;

private:
    const bucket_rule rule_;
    std::atomic<std::uint64_t> full_at_{0};
};

// A bucket for each key, in the memory of a bounded_table: of a key that was forgotten, the bucket is full.
// Thread-safe, as the one above.
class token_buckets {
    using table = bounded_table<std::uint64_t>;

public:
    static constexpr std::size_t bytes_per_key = table::bytes_per_key;

    // As bounded_table: `secret` comes from a random source. std::bad_alloc.
    token_buckets(rate r, std::size_t keys, siphash_key secret) : rule_(r), buckets_(keys, secret) {}

    taken take(std::string_view key, steady_time now, std::uint64_t tokens = 1);
    void give_back(std::string_view key, steady_time now, std::uint64_t tokens = 1);
    std::size_t capacity() const noexcept { return buckets_.capacity(); }

private:
    const bucket_rule rule_;
    table buckets_;
};

} // namespace watchword::core
