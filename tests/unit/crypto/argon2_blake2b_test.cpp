#include "core/text.hpp"
#include "crypto/argon2.hpp"
#include "crypto/argon2_blake2b.hpp"

#include <boost/test/unit_test.hpp>
#include <openssl/evp.h>

#include <stdexcept>
#include <string>

namespace {

using namespace watchword;

std::string blake2b(std::string_view text, std::size_t size, std::size_t at_once)
{
    crypto::blake2b hash(size);
    for (std::size_t at = 0; at < text.size(); at += at_once) hash.add(text.substr(at, at_once));
    std::string out(size, '\0');
    hash.finish(out.data());
    return out;
}

std::string openssl_blake2b512(std::string_view text)
{
    std::string out(64, '\0');
    BOOST_REQUIRE(::EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(out.data()), nullptr,
                               ::EVP_blake2b512(), nullptr) == 1);
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(argon2_blake2b)

BOOST_AUTO_TEST_CASE(the_example_of_rfc_7693_is_met)
{
    BOOST_TEST(core::hex_encode(blake2b("abc", 64, 3)) ==
               "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
               "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
}

BOOST_AUTO_TEST_CASE(any_text_in_any_pieces_gives_what_openssl_gives)
{
    std::string text;
    for (std::size_t size = 0; size < 400; ++size, text += static_cast<char>(size * 7))
        for (const std::size_t at_once : {1u, 7u, 64u, 127u, 128u, 129u, 1000u})
            BOOST_TEST((blake2b(text, 64, at_once) == openssl_blake2b512(text)), size << " by " << at_once);
}

BOOST_AUTO_TEST_CASE(outputs_of_every_size_are_those_of_another_implementation)
{
    std::string all;
    for (std::size_t size = 1; size <= 64; ++size) all += blake2b("abc", size, 3);
    // Python's hashlib.blake2b(b''.join(blake2b(b'abc', digest_size=n).digest() for n in range(1, 65)))
    BOOST_TEST(core::hex_encode(openssl_blake2b512(all)) ==
               "eeb8878a3b7abe2e3f960a6f755f762fd34c2e8a3b4ff43259fa13a75622113c"
               "df25de43d6a688d629314176bb07791ba1776d1f2786926c7e681b4fb5a4810e");
    for (const std::size_t size : {0u, 65u, 1000u}) BOOST_CHECK_THROW(crypto::blake2b{size}, std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(numbers_are_little_endian)
{
    crypto::blake2b hash(64);
    hash.add_number(0x04030201);
    std::string out(64, '\0');
    hash.finish(out.data());
    BOOST_TEST((out == openssl_blake2b512("\x01\x02\x03\x04")));
}

// RFC 9106 section 3.3, written down once more in the plainest way.
BOOST_AUTO_TEST_CASE(the_long_hash_is_a_chain_of_halves)
{
    for (std::size_t size = 1; size <= 300; ++size) {
        const std::string text = "some text";
        std::string in(4, '\0');
        in[0] = static_cast<char>(size % 256);
        in[1] = static_cast<char>(size / 256);
        in += text;
        std::string expected;
        if (size <= 64) {
            expected = blake2b(in, size, in.size());
        } else {
            const std::size_t whole = (size + 31) / 32 - 2; // r
            std::string v = openssl_blake2b512(in);
            for (std::size_t i = 1; i <= whole; ++i) {
                expected += v.substr(0, 32);
                v = i < whole ? openssl_blake2b512(v) : blake2b(v, size - 32 * whole, v.size());
            }
            expected += v;
        }
        std::string got(size, '\0');
        crypto::argon2_long_hash(text, got);
        BOOST_TEST((got == expected), "size " << size);
    }
}

BOOST_AUTO_TEST_SUITE_END()
