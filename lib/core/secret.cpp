#include "core/secret.hpp"

#include <cstdint>
#include <cstring>
#include <string.h> // explicit_bzero

namespace watchword::core {
namespace {

std::uint64_t word_at(const char* from) noexcept
{
    std::uint64_t word = 0;
    std::memcpy(&word, from, sizeof word);
    return word;
}

} // namespace

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
    const std::size_t size = a.size();
    if (size != b.size()) return false;
    std::uint64_t difference = 0;
    const auto mix = [&](std::size_t at) { difference |= word_at(a.data() + at) ^ word_at(b.data() + at); };
    const auto go_on = [&] { asm volatile("" : "+r"(difference)); }; // keeps the compiler from leaving a loop early
    std::size_t at = 0;
    for (; size - at >= 32; at += 32) {
        mix(at);
        mix(at + 8);
        mix(at + 16);
        mix(at + 24);
        go_on();
    }
    for (; size - at >= 8; at += 8) {
        mix(at);
        go_on();
    }
    if (at != 0 && at != size) {
        mix(size - 8); // some bytes once more
    } else {
        for (; at != size; ++at) {
            difference |= static_cast<unsigned char>(a[at] ^ b[at]);
            go_on();
        }
    }
    return difference == 0;
}

} // namespace watchword::core
