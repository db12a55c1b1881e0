#include "crypto/signature.hpp"
#include "wycheproof.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <optional>

namespace {

using namespace watchword;
using algorithm = crypto::signature_algorithm;
using boost::json::object;
using test::hex;
using test::text;

std::string without_zeros(const std::string& number)
{
    return number.substr(std::min(number.find_first_not_of('\0'), number.size()));
}

crypto::public_parts ec_parts(const object& group)
{
    const auto point = hex(group.at("publicKey").at("uncompressed"));
    crypto::public_parts parts;
    parts.x = point.substr(1, 32);
    parts.y = point.substr(33);
    return parts;
}

crypto::public_parts ed_parts(const object& group)
{
    crypto::public_parts parts;
    parts.x = hex(group.at("publicKey").at("pk"));
    return parts;
}

crypto::public_parts rsa_parts(const object& group)
{
    crypto::public_parts parts;
    parts.n = without_zeros(hex(group.at("publicKey").at("modulus")));
    parts.e = without_zeros(hex(group.at("publicKey").at("publicExponent")));
    return parts;
}

struct counts {
    std::size_t all = 0, accepted = 0, without_key = 0;
};

// Whether every test is judged as it says; "acceptable" means that both would do, and is refused here.
counts judge(std::string_view file, algorithm a, const std::function<crypto::public_parts(const object&)>& parts)
{
    counts c;
    const object* current = nullptr; // group
    std::optional<crypto::verifier> verifier;
    c.all = test::each_wycheproof(file, [&](const object& group, const object& one) {
        if (current != &group) {
            current = &group;
            verifier.reset();
            if (const auto key = crypto::verifying_key::load(a, parts(group))) verifier.emplace(*key);
        }
        const bool good = verifier && verifier->verify(hex(one.at("msg")), hex(one.at("sig")));
        if (!verifier) ++c.without_key;
        if (good) ++c.accepted;
        if (verifier) BOOST_TEST(good == (text(one.at("result")) == "valid"), file << ' ' << one.at("tcId"));
    });
    return c;
}

} // namespace

BOOST_AUTO_TEST_SUITE(signature_vectors)

BOOST_AUTO_TEST_CASE(wycheproof_hmac)
{
    std::size_t accepted = 0, short_keys = 0, short_tags = 0;
    const auto count = test::each_wycheproof("hmac_sha256_test.json", [&](const object& group, const object& one) {
        crypto::private_parts secret;
        secret.k = core::secret_string(hex(one.at("key")));
        const auto key = crypto::signing_key::load(algorithm::hs256, {}, secret);
        BOOST_TEST(key.has_value() == (secret.k.size() >= 32));
        const bool good = key && crypto::verifier(key->verifying()).verify(hex(one.at("msg")), hex(one.at("tag")));
        const bool whole = group.at("tagSize").to_number<int>() == 256;
        short_keys += !key;
        short_tags += key && !whole;
        accepted += good;
        BOOST_TEST(good == (key && whole && text(one.at("result")) == "valid"), one.at("tcId"));
    });
    BOOST_TEST(count == 174u);
    BOOST_TEST(short_keys == 6u);
    BOOST_TEST(short_tags == 84u);
    BOOST_TEST(accepted == 30u);
}

BOOST_AUTO_TEST_CASE(wycheproof_ecdsa)
{
    const auto c = judge("ecdsa_secp256r1_sha256_p1363_test.json", algorithm::es256, ec_parts);
    BOOST_TEST(c.all == 262u);
    BOOST_TEST(c.accepted == 173u);
    BOOST_TEST(c.without_key == 0u);
}

BOOST_AUTO_TEST_CASE(wycheproof_ed25519)
{
    const auto c = judge("ed25519_test.json", algorithm::eddsa, ed_parts);
    BOOST_TEST(c.all == 151u);
    BOOST_TEST(c.accepted == 88u);
    BOOST_TEST(c.without_key == 0u);
}

BOOST_AUTO_TEST_CASE(wycheproof_rsa_pkcs1)
{
    const auto c = judge("rsa_signature_2048_sha256_test.json", algorithm::rs256, rsa_parts);
    BOOST_TEST(c.all == 259u);
    BOOST_TEST(c.without_key == 2u); // with the exponent 3, and right otherwise
    BOOST_TEST(c.accepted == 7u);
}

BOOST_AUTO_TEST_CASE(wycheproof_rsa_pss)
{
    const auto c = judge("rsa_pss_2048_sha256_mgf1_32_test.json", algorithm::ps256, rsa_parts);
    BOOST_TEST(c.all == 108u);
    BOOST_TEST(c.accepted == 63u);
    BOOST_TEST(c.without_key == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
