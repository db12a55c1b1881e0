// Compiled with -mavx2: see argon2_fill.hpp for what may be included.
#if defined(__AVX2__)

#include "crypto/argon2_segment.hpp"

#include <immintrin.h>

namespace watchword::crypto {
namespace {

using vector = __m256i; // four words

inline vector load_vector(const argon2_block& b, int i)
{
    return _mm256_load_si256(reinterpret_cast<const vector*>(b.words) + i);
}

// a + b + 2 x the product of their lower halves
inline vector multiply_add(vector a, vector b)
{
    const vector product = _mm256_mul_epu32(a, b);
    return _mm256_add_epi64(_mm256_add_epi64(a, b), _mm256_add_epi64(product, product));
}

inline vector rotate_32(vector x)
{
    return _mm256_shuffle_epi32(x, 0xb1);
}

inline vector rotate_24(vector x)
{
    return _mm256_shuffle_epi8(x, _mm256_setr_epi8(3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10, //
                                                   3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10));
}

inline vector rotate_16(vector x)
{
    return _mm256_shuffle_epi8(x, _mm256_setr_epi8(2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9, //
                                                   2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9));
}

inline vector rotate_63(vector x)
{
    return _mm256_xor_si256(_mm256_srli_epi64(x, 63), _mm256_add_epi64(x, x));
}

// BLAKE2b's G on eight columns of words at once.
inline void mix(vector& a0, vector& b0, vector& c0, vector& d0, vector& a1, vector& b1, vector& c1, vector& d1)
{
    a0 = multiply_add(a0, b0);
    a1 = multiply_add(a1, b1);
    d0 = rotate_32(_mm256_xor_si256(d0, a0));
    d1 = rotate_32(_mm256_xor_si256(d1, a1));
    c0 = multiply_add(c0, d0);
    c1 = multiply_add(c1, d1);
    b0 = rotate_24(_mm256_xor_si256(b0, c0));
    b1 = rotate_24(_mm256_xor_si256(b1, c1));
    a0 = multiply_add(a0, b0);
    a1 = multiply_add(a1, b1);
    d0 = rotate_16(_mm256_xor_si256(d0, a0));
    d1 = rotate_16(_mm256_xor_si256(d1, a1));
    c0 = multiply_add(c0, d0);
    c1 = multiply_add(c1, d1);
    b0 = rotate_63(_mm256_xor_si256(b0, c0));
    b1 = rotate_63(_mm256_xor_si256(b1, c1));
}

// P on two rows of the block, each in four vectors.
[[gnu::always_inline]] inline void permute_rows(vector* r)
{
    mix(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]);
    for (int k = 0; k < 8; k += 4) {
        r[k + 1] = _mm256_permute4x64_epi64(r[k + 1], 0x39);
        r[k + 2] = _mm256_permute4x64_epi64(r[k + 2], 0x4e);
        r[k + 3] = _mm256_permute4x64_epi64(r[k + 3], 0x93);
    }
    mix(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]);
    for (int k = 0; k < 8; k += 4) {
        r[k + 1] = _mm256_permute4x64_epi64(r[k + 1], 0x93);
        r[k + 2] = _mm256_permute4x64_epi64(r[k + 2], 0x4e);
        r[k + 3] = _mm256_permute4x64_epi64(r[k + 3], 0x39);
    }
}

// P on two columns: one vector of each row.
[[gnu::always_inline]] inline void permute_columns(vector* s)
{
    vector &a0 = s[0], &a1 = s[4], &b0 = s[8], &b1 = s[12], &c0 = s[16], &c1 = s[20], &d0 = s[24], &d1 = s[28];
    mix(a0, b0, c0, d0, a1, b1, c1, d1);
    vector x0 = _mm256_alignr_epi8(b1, b0, 8), x1 = _mm256_alignr_epi8(b0, b1, 8);
    vector y0 = _mm256_alignr_epi8(d0, d1, 8), y1 = _mm256_alignr_epi8(d1, d0, 8);
    mix(a0, x0, c1, y0, a1, x1, c0, y1);
    b0 = _mm256_alignr_epi8(x0, x1, 8);
    b1 = _mm256_alignr_epi8(x1, x0, 8);
    d0 = _mm256_alignr_epi8(y1, y0, 8);
    d1 = _mm256_alignr_epi8(y0, y1, 8);
}

struct compression {
    struct state {
        vector v[32];
    };

    static void load(state& s, const argon2_block& b)
    {
        for (int i = 0; i < 32; ++i) s.v[i] = load_vector(b, i);
    }
    static std::uint64_t first_word(const state& s)
    {
        return static_cast<std::uint64_t>(_mm256_extract_epi64(s.v[0], 0));
    }

    template <class Early>
    static void compress(state& s, const argon2_block& reference, argon2_block& out, bool over, Early early)
    {
        vector before[32];
        for (int i = 0; i < 32; ++i) s.v[i] = _mm256_xor_si256(s.v[i], load_vector(reference, i));
        if (over) {
            for (int i = 0; i < 32; ++i) before[i] = _mm256_xor_si256(s.v[i], load_vector(out, i));
        } else {
            for (int i = 0; i < 32; ++i) before[i] = s.v[i];
        }
        for (int i = 0; i < 32; i += 8) permute_rows(s.v + i);
        permute_columns(s.v);
        early(static_cast<std::uint64_t>(_mm256_extract_epi64(_mm256_xor_si256(s.v[0], before[0]), 0)));
        for (int i = 1; i < 4; ++i) permute_columns(s.v + i);
        for (int i = 0; i < 32; ++i) {
            s.v[i] = _mm256_xor_si256(s.v[i], before[i]);
            _mm256_store_si256(reinterpret_cast<vector*>(out.words) + i, s.v[i]);
        }
    }
};

} // namespace

void fill_segment_avx2(const argon2_matrix& memory, argon2_position at)
{
    argon2_segment<compression>(memory, at).fill();
}

} // namespace watchword::crypto

#endif
