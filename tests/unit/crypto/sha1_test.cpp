#include "core/text.hpp"
#include "crypto/sha1.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_CASE(sha1_gives_the_digests_of_its_standard)
{
    watchword::crypto::sha1 hash;
    const auto hex = [&](std::string_view text) {
        const auto d = hash(text);
        return watchword::core::hex_encode({d.data(), d.size()});
    };
    // FIPS 180's examples, and the empty text; twice, because the context is used again.
    for (int round = 0; round < 2; ++round) {
        BOOST_TEST(hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
        BOOST_TEST(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
                   "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
        BOOST_TEST(hex(std::string(1'000'000, 'a')) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
        BOOST_TEST(hex("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    }
}
