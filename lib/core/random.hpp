#pragma once

#include <cstddef>
#include <span>

namespace watchword::core {

// The only source of randomness: passed in, so that tests make it repeatable. Implementations are thread-safe.
class random_source {
public:
    virtual ~random_source() = default;
    // Fills `out`. Throws std::system_error if the system has no randomness to give; never returns predictable bytes.
    virtual void fill(std::span<std::byte> out) = 0;
};

// getrandom(2): the kernel's CSPRNG, blocking only until it has been seeded once after boot.
class system_random final : public random_source {
public:
    void fill(std::span<std::byte> out) override;
};

} // namespace watchword::core
