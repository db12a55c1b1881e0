#include "core/text.hpp"
#include "crypto/sealed_key.hpp"
#include "crypto/signature.hpp"
#include "test_keys.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using algorithm = crypto::signature_algorithm;
using test::all_algorithms;
using test::key_of;

core::secret_string secret_of(char c)
{
    return core::secret_string(std::string(32, c));
}

std::string seal(algorithm a)
{
    core::system_random random;
    return crypto::key_seal(secret_of('s')).seal({"k", key_of(a)}, random);
}

bool opens(const std::string& sealed, std::string_view kid = "k", char secret = 's')
{
    const auto opened = crypto::key_seal(secret_of(secret)).open(kid, sealed);
    BOOST_TEST((opened || opened.error() == core::errc::invalid_input));
    return opened.has_value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(sealed_key)

BOOST_AUTO_TEST_CASE(what_is_sealed_is_opened)
{
    for (const auto a : all_algorithms) {
        const auto opened = crypto::key_seal(secret_of('s')).open("k", seal(a));
        BOOST_TEST_REQUIRE(opened.has_value(), test::name(a));
        BOOST_TEST((opened->algorithm() == a));
        crypto::signer signer(*opened);
        BOOST_TEST(crypto::verifier(key_of(a).verifying()).verify("m", signer.sign("m")), test::name(a));
    }
}

BOOST_AUTO_TEST_CASE(only_what_is_whole_and_unchanged)
{
    for (const auto a : all_algorithms) {
        const auto sealed = seal(a);
        for (std::size_t i = 0; i < sealed.size(); ++i) {
            for (const int bit : {1, 128}) {
                auto altered = sealed;
                altered[i] = static_cast<char>(altered[i] ^ bit);
                BOOST_TEST(!opens(altered), test::name(a) << " byte " << i);
            }
            BOOST_TEST(!opens(sealed.substr(0, i)), test::name(a) << " of " << i << " bytes");
        }
        BOOST_TEST(!opens(sealed + '\0'), test::name(a));
        BOOST_TEST(opens(sealed), test::name(a));
    }
}

BOOST_AUTO_TEST_CASE(only_by_the_same_server_under_the_same_name)
{
    const auto sealed = seal(algorithm::es256);
    BOOST_TEST(opens(sealed, "k", 's'));
    for (const char* other : {"", "K", "k ", "kk", "l"}) BOOST_TEST(!opens(sealed, other), other);
    BOOST_TEST(!opens(sealed, "k", 't'));
    BOOST_CHECK_THROW(crypto::key_seal(core::secret_string(std::string(31, 's'))), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(nothing_can_be_seen)
{
    for (const auto a : all_algorithms) {
        const auto one = seal(a), other = seal(a);
        BOOST_TEST(one.size() == other.size());
        BOOST_TEST(one.substr(1, 24) != other.substr(1, 24)); // the nonce
        BOOST_TEST(one.substr(25) != other.substr(25));
        const auto parts = key_of(a).parts();
        const auto number = a == algorithm::hs256 ? parts.k.view() : parts.d.view();
        BOOST_TEST(one.find(number) == one.npos, test::name(a));
        BOOST_TEST(one.find(core::base64url_encode(number)) == one.npos, test::name(a));
        BOOST_TEST(one.find("kty") == one.npos, test::name(a));
    }
    core::system_random random;
    BOOST_CHECK_THROW(crypto::key_seal(secret_of('s')).seal({"a b", key_of(algorithm::es256)}, random),
                      std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
