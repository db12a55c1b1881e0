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

// 0 if they are equal. By pieces of so many words, of which the last may overlap the one before.
template <std::size_t Words> std::uint64_t difference(const char* a, const char* b, std::size_t size) noexcept
{
    constexpr std::size_t piece = 8 * Words;
    std::uint64_t all = 0;
    const auto mix = [&](std::size_t from) {
        std::uint64_t here = 0;
        for (std::size_t i = 0; i < Words; ++i) here |= word_at(a + from + 8 * i) ^ word_at(b + from + 8 * i);
        all |= here;
        asm volatile("" : "+r"(all)); // keeps the compiler from leaving the loop early
    };
    std::size_t at = 0;
    for (; size - at >= piece; at += piece) mix(at);
    if (at != size) mix(size - piece);
    return all;
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
    if (size >= 64) return difference<8>(a.data(), b.data(), size) == 0;
    if (size >= 8) return difference<1>(a.data(), b.data(), size) == 0;
    std::uint64_t all = 0;
    for (std::size_t at = 0; at != size; ++at) {
        all |= static_cast<unsigned char>(a[at] ^ b[at]);
        asm volatile("" : "+r"(all));
    }
    return all == 0;
}

} // namespace watchword::core
