#pragma once

#include "core/random.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>

// What is random in tests and the same in every run: splitmix64.
namespace watchword::test {

class repeatable_numbers {
public:
    explicit repeatable_numbers(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next()
    {
        std::uint64_t x = state_ += 0x9E3779B97F4A7C15u;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
        return x ^ (x >> 31);
    }
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }

private:
    std::uint64_t state_;
};

// Thread-safe, as its base promises.
class repeatable_random final : public core::random_source {
public:
    explicit repeatable_random(std::uint64_t seed = 1) : numbers_(seed) {}
    void fill(std::span<std::byte> out) override
    {
        const std::lock_guard lock(mutex_);
        for (auto& b : out) b = static_cast<std::byte>(numbers_.next() >> 56);
    }

private:
    std::mutex mutex_;
    repeatable_numbers numbers_; // guarded by mutex_
};

} // namespace watchword::test
