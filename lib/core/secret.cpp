#include "core/secret.hpp"

#include <cstdint>
#include <cstring>
#include <string.h> // explicit_bzero

namespace watchword::core {

void wipe(void* data, std::size_t size) noexcept
{
    if (size != 0) ::explicit_bzero(data, size); // an empty vector's data is null
}

void wipe(std::string& value) noexcept
{
    // The whole capacity: a short value left over by a move lies in the small buffer of the string itself.
    value.resize(value.capacity());
    wipe(value.data(), value.size());
    value.clear();
}

// A sanitizer's red zones would be gaps.
[[gnu::noinline, gnu::no_sanitize_address]] void wipe_stack() noexcept
{
    char left[16 * 1024];
    wipe(left, sizeof left);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept
{
    if (a.size() != b.size()) return false;
    std::uint64_t difference = 0;
    const auto mix = [&](std::size_t at, std::size_t size) {
        std::uint64_t x = 0, y = 0;
        std::memcpy(&x, a.data() + at, size);
        std::memcpy(&y, b.data() + at, size);
        difference |= x ^ y;
        asm volatile("" : "+r"(difference)); // keeps the compiler from leaving the loop early
    };
    std::size_t at = 0;
    for (; at + 8 <= a.size(); at += 8) mix(at, 8);
    if (at < a.size()) mix(at, a.size() - at);
    return difference == 0;
}

} // namespace watchword::core
