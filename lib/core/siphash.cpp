#include "core/siphash.hpp"

#include <bit>
#include <cstring>

namespace watchword::core {
namespace {

struct state {
    std::uint64_t v0, v1, v2, v3;

    void round() noexcept
    {
        v0 += v1;
        v1 = std::rotl(v1, 13) ^ v0;
        v0 = std::rotl(v0, 32);
        v2 += v3;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 += v3;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 += v1;
        v1 = std::rotl(v1, 17) ^ v2;
        v2 = std::rotl(v2, 32);
    }
    void absorb(std::uint64_t word) noexcept
    {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }
    std::uint64_t squeeze() noexcept
    {
        for (int i = 0; i < 4; ++i) round();
        return v0 ^ v1 ^ v2 ^ v3;
    }
};

std::uint64_t read_word(const char* from, std::size_t size) noexcept
{
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < size; ++i) word |= std::uint64_t(static_cast<unsigned char>(from[i])) << (8 * i);
    return word;
}

std::uint64_t read_word(const char* from) noexcept
{
    if constexpr (std::endian::native != std::endian::little) return read_word(from, 8);
    std::uint64_t word = 0;
    std::memcpy(&word, from, sizeof word);
    return word;
}

void write_word(char* to, std::uint64_t word) noexcept
{
    for (int i = 0; i < 8; ++i) to[i] = static_cast<char>(word >> (8 * i));
}

} // namespace

std::array<char, 16> siphash_128(std::string_view bytes, siphash_key key) noexcept
{
    state s{key.first ^ 0x736f6d6570736575u, key.second ^ 0x646f72616e646f6du ^ 0xee, key.first ^ 0x6c7967656e657261u,
            key.second ^ 0x7465646279746573u};
    const std::size_t whole = bytes.size() / 8 * 8;
    for (std::size_t at = 0; at < whole; at += 8) s.absorb(read_word(bytes.data() + at));
    s.absorb(read_word(bytes.data() + whole, bytes.size() - whole) | std::uint64_t(bytes.size()) << 56);

    std::array<char, 16> out;
    s.v2 ^= 0xee;
    write_word(out.data(), s.squeeze());
    s.v1 ^= 0xdd;
    write_word(out.data() + 8, s.squeeze());
    return out;
}

std::uint64_t siphash_64(std::string_view bytes, siphash_key key) noexcept
{
    return read_word(siphash_128(bytes, key).data());
}

} // namespace watchword::core
