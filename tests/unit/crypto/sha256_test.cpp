#include "core/text.hpp"
#include "crypto/sha256.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_CASE(sha256_gives_the_digests_of_its_standard)
{
    watchword::crypto::sha256 hash;
    const auto hex = [&](std::string_view text) {
        const auto d = hash(text);
        return watchword::core::hex_encode({d.data(), d.size()});
    };
    // FIPS 180's examples, and the empty text; twice, because the context is used again.
    for (int round = 0; round < 2; ++round) {
        BOOST_TEST(hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        BOOST_TEST(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
                   "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        BOOST_TEST(hex(std::string(1'000'000, 'a')) ==
                   "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
        BOOST_TEST(hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
