// Compiled with -mavx512f: see argon2_fill.hpp for what may be included.
#if defined(__AVX512F__)

#include "crypto/argon2_segment.hpp"

#include <immintrin.h>

namespace watchword::crypto {
namespace {

using vector = __m512i; // eight words

inline vector load_vector(const argon2_block& b, int i)
{
    return _mm512_load_si512(reinterpret_cast<const vector*>(b.words) + i);
}

// a + b + 2 x the product of their lower halves
inline vector multiply_add(vector a, vector b)
{
    const vector product = _mm512_mul_epu32(a, b);
    return _mm512_add_epi64(_mm512_add_epi64(a, b), _mm512_add_epi64(product, product));
}

// BLAKE2b's G on sixteen columns of words at once.
inline void mix(vector& a0, vector& b0, vector& c0, vector& d0, vector& a1, vector& b1, vector& c1, vector& d1)
{
    a0 = multiply_add(a0, b0);
    a1 = multiply_add(a1, b1);
    d0 = _mm512_ror_epi64(_mm512_xor_si512(d0, a0), 32);
    d1 = _mm512_ror_epi64(_mm512_xor_si512(d1, a1), 32);
    c0 = multiply_add(c0, d0);
    c1 = multiply_add(c1, d1);
    b0 = _mm512_ror_epi64(_mm512_xor_si512(b0, c0), 24);
    b1 = _mm512_ror_epi64(_mm512_xor_si512(b1, c1), 24);
    a0 = multiply_add(a0, b0);
    a1 = multiply_add(a1, b1);
    d0 = _mm512_ror_epi64(_mm512_xor_si512(d0, a0), 16);
    d1 = _mm512_ror_epi64(_mm512_xor_si512(d1, a1), 16);
    c0 = multiply_add(c0, d0);
    c1 = multiply_add(c1, d1);
    b0 = _mm512_ror_epi64(_mm512_xor_si512(b0, c0), 63);
    b1 = _mm512_ror_epi64(_mm512_xor_si512(b1, c1), 63);
}

// The lower halves of x and y into x, the upper ones into y; twice is nothing.
inline void swap_halves(vector& x, vector& y)
{
    const vector lower = _mm512_shuffle_i64x2(x, y, 0x44);
    y = _mm512_shuffle_i64x2(x, y, 0xee);
    x = lower;
}

// P on four rows of the block, each in two vectors: its words a and b, and c and d.
[[gnu::always_inline]] inline void permute_rows(vector* r)
{
    for (int k = 0; k < 8; k += 4) {
        swap_halves(r[k], r[k + 2]);     // a of two rows, b
        swap_halves(r[k + 1], r[k + 3]); // c, d
    }
    mix(r[0], r[2], r[1], r[3], r[4], r[6], r[5], r[7]);
    for (int k = 0; k < 8; k += 4) {
        r[k + 2] = _mm512_permutex_epi64(r[k + 2], 0x39);
        r[k + 1] = _mm512_permutex_epi64(r[k + 1], 0x4e);
        r[k + 3] = _mm512_permutex_epi64(r[k + 3], 0x93);
    }
    mix(r[0], r[2], r[1], r[3], r[4], r[6], r[5], r[7]);
    for (int k = 0; k < 8; k += 4) {
        r[k + 2] = _mm512_permutex_epi64(r[k + 2], 0x93);
        r[k + 1] = _mm512_permutex_epi64(r[k + 1], 0x4e);
        r[k + 3] = _mm512_permutex_epi64(r[k + 3], 0x39);
        swap_halves(r[k], r[k + 2]);
        swap_halves(r[k + 1], r[k + 3]);
    }
}

// In each pair of words: the upper of x, then the lower of y.
inline vector middle(vector x, vector y)
{
    return _mm512_castpd_si512(_mm512_shuffle_pd(_mm512_castsi512_pd(x), _mm512_castsi512_pd(y), 0x55));
}

// P on four columns: one vector of each row.
[[gnu::always_inline]] inline void permute_columns(vector* s)
{
    vector &a0 = s[0], &a1 = s[2], &b0 = s[4], &b1 = s[6], &c0 = s[8], &c1 = s[10], &d0 = s[12], &d1 = s[14];
    mix(a0, b0, c0, d0, a1, b1, c1, d1);
    vector x0 = middle(b0, b1), x1 = middle(b1, b0), y0 = middle(d1, d0), y1 = middle(d0, d1);
    mix(a0, x0, c1, y0, a1, x1, c0, y1);
    b0 = middle(x1, x0);
    b1 = middle(x0, x1);
    d0 = middle(y0, y1);
    d1 = middle(y1, y0);
}

struct compression {
    struct state {
        vector v[16];
    };

    static void load(state& s, const argon2_block& b)
    {
        for (int i = 0; i < 16; ++i) s.v[i] = load_vector(b, i);
    }
    static std::uint64_t first_word(const state& s)
    {
        return static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm512_castsi512_si128(s.v[0])));
    }

    template <class Early>
    static void compress(state& s, const argon2_block& reference, argon2_block& out, bool over, Early early)
    {
        vector before[16];
        for (int i = 0; i < 16; ++i) s.v[i] = _mm512_xor_si512(s.v[i], load_vector(reference, i));
        if (over) {
            for (int i = 0; i < 16; ++i) before[i] = _mm512_xor_si512(s.v[i], load_vector(out, i));
        } else {
            for (int i = 0; i < 16; ++i) before[i] = s.v[i];
        }
        permute_rows(s.v);
        permute_rows(s.v + 8);
        permute_columns(s.v);
        early(
            static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm512_castsi512_si128(_mm512_xor_si512(s.v[0], before[0])))));
        permute_columns(s.v + 1);
        for (int i = 0; i < 16; ++i) {
            s.v[i] = _mm512_xor_si512(s.v[i], before[i]);
            _mm512_store_si512(reinterpret_cast<vector*>(out.words) + i, s.v[i]);
        }
    }
};

} // namespace

void fill_segment_avx512(const argon2_matrix& memory, argon2_position at)
{
    argon2_segment<compression>(memory, at).fill();
}

} // namespace watchword::crypto

#endif
