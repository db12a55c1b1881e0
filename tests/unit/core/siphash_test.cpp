#include "core/siphash.hpp"
#include "core/text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace watchword::core;

namespace {

// The reference implementation's key, and its input of `size` bytes 0, 1, 2 ...
std::string reference_hash(std::size_t size)
{
    std::string in;
    for (std::size_t i = 0; i < size; ++i) in.push_back(static_cast<char>(i));
    const auto hash = siphash_128(in, {0x0706050403020100u, 0x0f0e0d0c0b0a0908u});
    return hex_encode({hash.data(), hash.size()});
}

} // namespace

BOOST_AUTO_TEST_SUITE(siphash)

// Vectors of the reference implementation (vectors_sip128), computed again with OpenSSL.
BOOST_AUTO_TEST_CASE(it_is_siphash)
{
    BOOST_TEST(reference_hash(0) == "a3817f04ba25a8e66df67214c7550293");
    BOOST_TEST(reference_hash(1) == "da87c1d86b99af44347659119b22fc45");
    BOOST_TEST(reference_hash(7) == "a1f1ebbed8dbc153c0b84aa61ff08239");
    BOOST_TEST(reference_hash(8) == "3b62a9ba6258f5610f83e264f31497b4");
    BOOST_TEST(reference_hash(15) == "5493e99933b0a8117e08ec0f97cfc3d9");
    BOOST_TEST(reference_hash(16) == "6ee2a4ca67b054bbfd3315bf85230577");
    BOOST_TEST(reference_hash(63) == "5150d1772f50834a503e069a973fbd7c");
}

BOOST_AUTO_TEST_SUITE_END()
