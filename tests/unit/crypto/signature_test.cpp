#include "core/text.hpp"
#include "crypto/signature.hpp"
#include "test_keys.hpp"

#include <boost/test/unit_test.hpp>
#include <openssl/err.h>

#include <set>
#include <thread>

namespace {

using namespace watchword;
using algorithm = crypto::signature_algorithm;
using test::all_algorithms;
using test::key_of;

const std::string message = "the message";

std::size_t size_of(algorithm a)
{
    switch (a) {
    case algorithm::hs256: return 32;
    case algorithm::es256:
    case algorithm::eddsa: return 64;
    case algorithm::rs256:
    case algorithm::ps256: break;
    }
    return 256;
}

} // namespace

BOOST_AUTO_TEST_SUITE(signature)

BOOST_AUTO_TEST_CASE(each_algorithm_has_one_name)
{
    std::set<std::string> names;
    for (const auto a : all_algorithms) {
        BOOST_TEST((crypto::find_algorithm(test::name(a)) == a));
        names.insert(test::name(a));
    }
    BOOST_TEST((names == std::set<std::string>{"HS256", "ES256", "EdDSA", "RS256", "PS256"}));
    for (const char* other : {"", "none", "hs256", "HS256 ", "HS384", "HS512", "ES384", "ES256K", "RS512", "Ed25519"})
        BOOST_TEST(!crypto::find_algorithm(other), other);
    BOOST_TEST((crypto::find_algorithm("EC", "P-256") == algorithm::es256));
    BOOST_TEST((crypto::find_algorithm("OKP", "Ed25519") == algorithm::eddsa));
    for (const auto& [type, curve] : std::initializer_list<std::pair<const char*, const char*>>{
             {"EC", "P-384"}, {"EC", "secp256k1"}, {"OKP", "Ed448"}, {"OKP", "X25519"}, {"EC", "Ed25519"}, {"RSA", ""}})
        BOOST_TEST(!crypto::find_algorithm(type, curve), type << curve);
}

BOOST_AUTO_TEST_CASE(what_is_signed_verifies_and_nothing_else_does)
{
    for (const auto a : all_algorithms) {
        const auto key = key_of(a);
        crypto::signer signer(key);
        crypto::verifier verifier(key.verifying());
        const auto made = signer.sign(message);
        BOOST_TEST(made.size() == size_of(a), test::name(a));
        BOOST_TEST(verifier.verify(message, made), test::name(a));
        BOOST_TEST(!verifier.verify(message + "x", made), test::name(a));
        BOOST_TEST(!verifier.verify("", made), test::name(a));
        for (std::size_t i = 0; i < made.size(); ++i) {
            auto altered = made;
            altered[i] = static_cast<char>(altered[i] ^ 1);
            BOOST_TEST(!verifier.verify(message, altered), test::name(a) << " byte " << i);
        }
        const auto first = made.substr(0, made.size() - 1);
        for (const auto& other :
             {std::string(), first, made + '\0', '\0' + made, made + made, std::string(100'000, 'x'),
              std::string(made.size(), '\0'), std::string(made.size(), '\xFF')})
            BOOST_TEST(!verifier.verify(message, other), test::name(a) << " of " << other.size() << " bytes");
        BOOST_TEST(verifier.verify(message, made), test::name(a) << " after all that");
        BOOST_TEST(verifier.verify("", signer.sign("")), test::name(a));
        const std::string big(1'000'000, 'm');
        BOOST_TEST(verifier.verify(big, signer.sign(big)), test::name(a));
    }
}

BOOST_AUTO_TEST_CASE(another_key_verifies_nothing)
{
    for (const auto a : {algorithm::hs256, algorithm::es256, algorithm::eddsa}) {
        const auto made = crypto::signer(key_of(a)).sign(message);
        BOOST_TEST(!crypto::verifier(test::new_key(a).verifying()).verify(message, made), test::name(a));
    }
    // The same numbers, and the other padding.
    const auto first = crypto::signer(key_of(algorithm::rs256)).sign(message);
    const auto second = crypto::signer(key_of(algorithm::ps256)).sign(message);
    BOOST_TEST(!crypto::verifier(key_of(algorithm::ps256).verifying()).verify(message, first));
    BOOST_TEST(!crypto::verifier(key_of(algorithm::rs256).verifying()).verify(message, second));
}

BOOST_AUTO_TEST_CASE(a_signature_of_rsa_without_its_leading_zero_is_none)
{
    for (const auto a : {algorithm::rs256, algorithm::ps256}) {
        const auto key = key_of(a);
        crypto::signer signer(key);
        crypto::verifier verifier(key.verifying());
        std::string text, made;
        for (int i = 0; i < 10'000 && (made.empty() || made.front() != '\0'); ++i) {
            text = std::to_string(i);
            made = signer.sign(text);
        }
        BOOST_TEST_REQUIRE(made.front() == '\0');
        BOOST_TEST(verifier.verify(text, made), test::name(a));
        BOOST_TEST(!verifier.verify(text, std::string_view(made).substr(1)), test::name(a));
    }
}

BOOST_AUTO_TEST_CASE(only_two_algorithms_sign_by_chance)
{
    for (const auto a : all_algorithms) {
        crypto::signer signer(key_of(a));
        const bool differ = signer.sign(message) != signer.sign(message);
        BOOST_TEST(differ == (a == algorithm::es256 || a == algorithm::ps256), test::name(a));
    }
}

BOOST_AUTO_TEST_CASE(a_copy_goes_to_another_thread)
{
    for (const auto a : all_algorithms) {
        crypto::signer signer(key_of(a));
        crypto::verifier verifier(signer.key().verifying());
        const auto made = signer.sign(message);
        std::string elsewhere;
        bool good = true;
        std::thread other(
            [&elsewhere, &good, &made, s = crypto::signer(signer), v = crypto::verifier(verifier)]() mutable {
                for (int i = 0; i < 20; ++i) {
                    elsewhere = s.sign(message);
                    good = good && v.verify(message, made) && !v.verify("other", made);
                }
            });
        bool good_here = true;
        for (int i = 0; i < 20; ++i) good_here = good_here && verifier.verify(message, signer.sign(message));
        other.join();
        BOOST_TEST(good, test::name(a));
        BOOST_TEST(good_here, test::name(a));
        BOOST_TEST(verifier.verify(message, elsewhere), test::name(a));
    }
}

BOOST_AUTO_TEST_CASE(no_error_is_left_to_others)
{
    for (const auto a : all_algorithms) {
        const auto key = key_of(a);
        crypto::verifier verifier(key.verifying());
        crypto::signer signer(key);
        BOOST_TEST(!verifier.verify(message, std::string(size_of(a), '\x01')));
        BOOST_TEST(::ERR_peek_error() == 0u, test::name(a));
        auto parts = key.verifying().parts();
        auto secret = key.parts();
        if (!parts.x.empty()) parts.x[7] = static_cast<char>(parts.x[7] ^ 1);
        secret.p = core::secret_string(std::string("x"));
        secret.k = core::secret_string();
        BOOST_TEST(!crypto::signing_key::load(a, parts, secret), test::name(a));
        BOOST_TEST(::ERR_peek_error() == 0u, test::name(a));
        parts.n.assign(256, '\xFF');
        BOOST_TEST(!crypto::verifying_key::load(a, parts), test::name(a));
        BOOST_TEST(::ERR_peek_error() == 0u, test::name(a));
        BOOST_TEST(!signer.sign(message).empty());
        BOOST_TEST(::ERR_peek_error() == 0u, test::name(a));
    }
}

BOOST_AUTO_TEST_SUITE_END()
