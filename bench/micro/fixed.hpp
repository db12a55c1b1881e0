#pragma once

#include "core/clock.hpp"
#include "core/random.hpp"

#include <cstdint>

namespace watchword::micro {

// Time that stands, and random bytes that are the same in each run: what is counted may not depend on either.
class fixed_clock final : public core::clock {
public:
    core::timestamp now() const noexcept override { return core::timestamp(std::chrono::seconds(1'800'000'000)); }
};

class fixed_random final : public core::random_source {
public:
    void fill(std::span<std::byte> out) override
    {
        for (auto& b : out) {
            state_ = state_ * 6364136223846793005u + 1442695040888963407u;
            b = static_cast<std::byte>(state_ >> 56);
        }
    }

private:
    std::uint64_t state_ = 1;
};

} // namespace watchword::micro
