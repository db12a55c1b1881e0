#pragma once

#include <cstddef>
#include <span>
#include <type_traits>

namespace watchword::core {

// The only source of randomness: passed in, so that tests make it repeatable. Implementations are thread-safe.
class random_source {
public:
    virtual ~random_source() = default;
    // Fills `out`. Throws std::system_error if the system has no randomness to give; never returns predictable bytes.
    virtual void fill(std::span<std::byte> out) = 0;
};

// A seed, a key. T: anything of which each value is a good one, such as a number or a siphash_key.
template <class T> T random_value(random_source& random)
{
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    random.fill(std::as_writable_bytes(std::span(&value, 1)));
    return value;
}

// getrandom(2): the kernel's CSPRNG, blocking only until it has been seeded once after boot.
class system_random final : public random_source {
public:
    void fill(std::span<std::byte> out) override;
};

} // namespace watchword::core
