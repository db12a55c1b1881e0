#include "http/crc32.hpp"

#include <array>
#include <cstddef>

namespace watchword::http {
namespace {

// tables[k][b]: what byte b does to the remainder when k more bytes follow it. Eight of them take eight bytes a step.
constexpr auto tables = [] {
    std::array<std::array<std::uint32_t, 256>, 8> t{};
    for (std::uint32_t b = 0; b < 256; ++b) {
        std::uint32_t c = b;
        for (int bit = 0; bit < 8; ++bit) c = (c & 1) != 0 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
        t[0][b] = c;
    }
    for (std::size_t k = 1; k < 8; ++k)
        for (std::size_t b = 0; b < 256; ++b) t[k][b] = t[0][t[k - 1][b] & 0xFF] ^ (t[k - 1][b] >> 8);
    return t;
}();

std::uint32_t byte_at(const char* p, std::size_t i) noexcept
{
    return static_cast<unsigned char>(p[i]);
}

} // namespace

std::uint32_t crc32(std::string_view bytes, std::uint32_t before) noexcept
{
    std::uint32_t c = ~before;
    const char* p = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; left -= 8, p += 8) {
        c ^= byte_at(p, 0) | byte_at(p, 1) << 8 | byte_at(p, 2) << 16 | byte_at(p, 3) << 24;
        c = tables[7][c & 0xFF] ^ tables[6][c >> 8 & 0xFF] ^ tables[5][c >> 16 & 0xFF] ^ tables[4][c >> 24] ^
            tables[3][byte_at(p, 4)] ^ tables[2][byte_at(p, 5)] ^ tables[1][byte_at(p, 6)] ^ tables[0][byte_at(p, 7)];
    }
    for (; left > 0; --left, ++p) c = tables[0][(c ^ byte_at(p, 0)) & 0xFF] ^ (c >> 8);
    return ~c;
}

} // namespace watchword::http
