// Any bytes, whole and in pieces: what is compressed inflates to the same, and the next body is not disturbed by the
// last one. The first bytes say how the pieces are cut, and which of them are stored.
#include "../support/gunzip.hpp"
#include "http/gzip.hpp"

#include <algorithm>
#include <cstdlib>

namespace {

using namespace watchword;

// So that long bodies, and matches that are far apart, come up too.
std::string stretch(std::string_view bytes, std::size_t times)
{
    std::string out;
    for (std::size_t i = 0; i <= times; ++i) out.append(bytes.substr(i % (bytes.size() + 1))).append(bytes);
    return out;
}

void check_whole(std::string_view body, http::deflater& d)
{
    if (test::gunzip(http::gzip(body, d)) != body) std::abort();
}

void check_pieces(std::string_view body, std::size_t size, unsigned stored, http::deflater& d)
{
    size = std::max(size, body.size() / 16 + 1); // each piece costs
    http::gzip_pieces pieces;
    std::string all;
    for (std::size_t at = 0; at < body.size(); at += size) {
        const auto piece = body.substr(at, size);
        const auto made = (stored >> (at / size % 8) & 1) != 0 ? pieces.store(piece) : pieces.compress(piece, d);
        if (made.empty()) std::abort();
        all += made;
    }
    all += pieces.end();
    if (test::gunzip(all) != body) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static http::deflater deflater;
    if (size < 3) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data) + 3, size - 3);
    const auto body = stretch(input, data[2] % 8);
    check_whole(body, deflater);
    check_pieces(body, 1 + std::size_t(data[0]) * data[0], data[1], deflater);
    check_whole(input, deflater);
    return 0;
}
