#include "crypto/argon2_segment.hpp"

namespace watchword::crypto {
namespace {

using word = std::uint64_t;

inline word rotate(word x, int bits)
{
    return x >> bits | x << (64 - bits);
}

// BLAKE2b's addition with the product of the lower halves (RFC 9106 section 3.6).
inline word multiply_add(word a, word b)
{
    return a + b + 2 * (a & 0xffffffff) * (b & 0xffffffff);
}

inline void mix(word& a, word& b, word& c, word& d)
{
    a = multiply_add(a, b);
    d = rotate(d ^ a, 32);
    c = multiply_add(c, d);
    b = rotate(b ^ c, 24);
    a = multiply_add(a, b);
    d = rotate(d ^ a, 16);
    c = multiply_add(c, d);
    b = rotate(b ^ c, 63);
}

// The permutation P over 16 words: pairs that lie `stride` words apart.
inline void permute(word* w, int stride)
{
    const auto at = [=](int i) -> word& { return w[i / 2 * stride + i % 2]; };
    for (int i = 0; i < 4; ++i) mix(at(i), at(4 + i), at(8 + i), at(12 + i));
    for (int i = 0; i < 4; ++i) mix(at(i), at(4 + (i + 1) % 4), at(8 + (i + 2) % 4), at(12 + (i + 3) % 4));
}

struct compression {
    using state = argon2_block;

    static void load(state& s, const argon2_block& b) { s = b; }
    static word first_word(const state& s) { return s.words[0]; }

    template <class Early>
    static void compress(state& s, const argon2_block& reference, argon2_block& out, bool over, Early early)
    {
        argon2_block before;
        for (int i = 0; i < 128; ++i) {
            s.words[i] ^= reference.words[i];
            before.words[i] = over ? s.words[i] ^ out.words[i] : s.words[i];
        }
        for (int row = 0; row < 8; ++row) permute(s.words + 16 * row, 2);
        permute(s.words, 16);
        early(s.words[0] ^ before.words[0]);
        for (int column = 1; column < 8; ++column) permute(s.words + 2 * column, 16);
        for (int i = 0; i < 128; ++i) out.words[i] = s.words[i] ^= before.words[i];
    }
};

} // namespace

void fill_segment_portable(const argon2_matrix& memory, argon2_position at)
{
    argon2_segment<compression>(memory, at).fill();
}

} // namespace watchword::crypto
