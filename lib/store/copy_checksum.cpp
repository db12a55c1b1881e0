#include "store/copy_checksum.hpp"

#include <bit>
#include <cstring>

namespace watchword::store {
namespace {

struct sip_state {
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
    void add(std::uint64_t word) noexcept
    {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }
    std::uint64_t finish() noexcept
    {
        for (int i = 0; i < 4; ++i) round();
        return v0 ^ v1 ^ v2 ^ v3;
    }
};

// `size` of up to eight bytes, least significant first.
std::uint64_t load(const char* bytes, std::size_t size = 8) noexcept
{
    std::uint64_t word = 0;
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(&word, bytes, size);
    } else {
        for (std::size_t i = 0; i < size; ++i) word |= std::uint64_t(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    return word;
}

void append(std::string& out, std::uint64_t word)
{
    char bytes[8];
    for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(word >> (8 * i));
    out.append(bytes, sizeof bytes);
}

} // namespace

row_checksum siphash_128(siphash_key key, std::string_view bytes) noexcept
{
    sip_state s{0x736f6d6570736575u ^ key.low, 0x646f72616e646f6du ^ key.high ^ 0xeeu, 0x6c7967656e657261u ^ key.low,
                0x7465646279746573u ^ key.high};
    const std::size_t whole = bytes.size() & ~std::size_t{7};
    for (std::size_t i = 0; i < whole; i += 8) s.add(load(bytes.data() + i));
    s.add(load(bytes.data() + whole, bytes.size() - whole) | std::uint64_t(bytes.size()) << 56);
    s.v2 ^= 0xee;
    const auto low = s.finish();
    s.v1 ^= 0xdd;
    return {low, s.finish()};
}

row_checksum row_hasher::operator()(std::span<const stored_value> row)
{
    encoded_.clear();
    for (const auto& v : row) {
        encoded_ += static_cast<char>(v.type);
        switch (v.type) {
        case stored_value::kind::null: break;
        case stored_value::kind::integer:
        case stored_value::kind::real: append(encoded_, static_cast<std::uint64_t>(v.number)); break;
        case stored_value::kind::text:
        case stored_value::kind::blob:
            append(encoded_, v.bytes.size());
            encoded_ += v.bytes;
            break;
        }
    }
    return siphash_128({}, encoded_);
}

std::string to_string(const row_checksum& c)
{
    std::string digits;
    for (const auto word : {c.high, c.low})
        for (int shift = 60; shift >= 0; shift -= 4) digits += "0123456789abcdef"[(word >> shift) & 15];
    return digits;
}

} // namespace watchword::store
