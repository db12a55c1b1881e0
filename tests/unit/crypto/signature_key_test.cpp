#include "core/text.hpp"
#include "crypto/signature.hpp"
#include "test_keys.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>
#include <vector>

namespace {

using namespace watchword;
using algorithm = crypto::signature_algorithm;
using test::all_algorithms;
using test::key_of;

bool loads(algorithm a, const crypto::public_parts& parts)
{
    return crypto::verifying_key::load(a, parts).has_value();
}
bool loads(algorithm a, const crypto::public_parts& parts, const crypto::private_parts& secret)
{
    return crypto::signing_key::load(a, parts, secret).has_value();
}

std::string hex(std::string_view text)
{
    return core::hex_decode(text).value();
}

core::secret_string flipped(const core::secret_string& value, std::size_t byte)
{
    std::string text(value.view());
    text[byte] = static_cast<char>(text[byte] ^ 2);
    return core::secret_string(std::move(text));
}

std::string flipped(std::string value, std::size_t byte)
{
    value[byte] = static_cast<char>(value[byte] ^ 2);
    return value;
}

// Of a number with the highest byte first, which has a byte more or two then.
std::string times(const std::string& number, unsigned factor)
{
    std::string product(number.size() + 2, '\0');
    unsigned long carry = 0;
    for (std::size_t i = number.size(); i-- > 0;) {
        carry += static_cast<unsigned char>(number[i]) * static_cast<unsigned long>(factor);
        product[i + 2] = static_cast<char>(carry & 0xFF);
        carry >>= 8;
    }
    product[1] = static_cast<char>(carry & 0xFF);
    product[0] = static_cast<char>(carry >> 8);
    return product.substr(product.find_first_not_of('\0'));
}

} // namespace

BOOST_AUTO_TEST_SUITE(signature_key)

BOOST_AUTO_TEST_CASE(the_parts_of_a_key_make_it_again)
{
    for (const auto a : all_algorithms) {
        const auto key = test::new_key(a);
        const auto again = crypto::signing_key::load(a, key.verifying().parts(), key.parts());
        BOOST_TEST_REQUIRE(again.has_value(), test::name(a));
        BOOST_TEST((again->algorithm() == a));
        const auto made = crypto::signer(*again).sign("m");
        BOOST_TEST(crypto::verifier(key.verifying()).verify("m", made), test::name(a));
        if (a == algorithm::hs256) continue;
        const auto shown = crypto::verifying_key::load(a, key.verifying().parts());
        BOOST_TEST_REQUIRE(shown.has_value(), test::name(a));
        BOOST_TEST((shown->algorithm() == a));
        BOOST_TEST(crypto::verifier(*shown).verify("m", made), test::name(a));
    }
}

BOOST_AUTO_TEST_CASE(new_keys_are_new)
{
    for (const auto a : {algorithm::hs256, algorithm::es256, algorithm::eddsa}) {
        const auto one = test::new_key(a).parts(), other = test::new_key(a).parts();
        BOOST_TEST(one.d.view().size() + one.k.view().size() == 32u);
        BOOST_TEST((one.d.view() != other.d.view() || one.k.view() != other.k.view()), test::name(a));
    }
    core::system_random random;
    for (const unsigned bits : {0U, 1024U, 2047U, 4097U, 16384U})
        BOOST_CHECK_THROW(crypto::signing_key::generate(algorithm::rs256, random, bits), std::invalid_argument);
    const auto parts = test::new_key(algorithm::ps256).verifying().parts();
    BOOST_TEST(parts.n.size() == 256u);
    BOOST_TEST((static_cast<unsigned char>(parts.n.front()) >= 0x80));
    BOOST_TEST(core::hex_encode(parts.e) == "010001");
}

BOOST_AUTO_TEST_CASE(a_public_key_says_nothing_of_the_private_one)
{
    const auto parts = key_of(algorithm::hs256).verifying().parts();
    BOOST_TEST((parts.x + parts.y + parts.n + parts.e).empty());
    BOOST_TEST(!loads(algorithm::hs256, {}));
}

BOOST_AUTO_TEST_CASE(a_secret_of_hs256_has_32_bytes_or_more)
{
    for (const std::size_t size : {0U, 1U, 16U, 31U, 32U, 64U, 1000U}) {
        crypto::private_parts secret;
        secret.k = core::secret_string(std::string(size, 'k'));
        BOOST_TEST(loads(algorithm::hs256, {}, secret) == (size >= 32), size);
    }
}

BOOST_AUTO_TEST_CASE(a_key_of_es256_is_a_point_of_its_curve)
{
    const auto key = key_of(algorithm::es256);
    const auto good = key.verifying().parts();
    BOOST_TEST(loads(algorithm::es256, good));
    const std::string prime = hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    for (const auto& [x, y] :
         std::vector<std::pair<std::string, std::string>>{{"", ""},
                                                          {good.x, ""},
                                                          {good.x.substr(1), good.y},
                                                          {good.x + good.y, ""},
                                                          {'\0' + good.x, good.y},
                                                          {good.x, '\0' + good.y},
                                                          {good.y, good.x},
                                                          {good.x, flipped(good.y, 31)},
                                                          {flipped(good.x, 0), good.y},
                                                          {std::string(32, '\0'), std::string(32, '\0')},
                                                          {prime, good.y},
                                                          {std::string(32, '\xFF'), std::string(32, '\xFF')}}) {
        crypto::public_parts parts;
        parts.x = x;
        parts.y = y;
        BOOST_TEST(!loads(algorithm::es256, parts), core::hex_encode(x) << ' ' << core::hex_encode(y));
        BOOST_TEST(!loads(algorithm::es256, parts, key.parts()));
    }
}

BOOST_AUTO_TEST_CASE(a_private_key_of_es256_fits_its_point)
{
    const auto key = key_of(algorithm::es256);
    const auto point = key.verifying().parts();
    const std::string order = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    const std::string d(key.parts().d.view());
    for (const auto& bad : {std::string(), d.substr(1), '\0' + d, flipped(d, 31), flipped(d, 0), order,
                            std::string(32, '\0'), std::string(32, '\xFF')}) {
        crypto::private_parts secret;
        secret.d = core::secret_string(bad);
        BOOST_TEST(!loads(algorithm::es256, point, secret), core::hex_encode(bad));
    }
}

// Under a point of small order there is a signature for every message.
BOOST_AUTO_TEST_CASE(a_key_of_eddsa_is_a_point_of_the_right_order)
{
    const auto key = key_of(algorithm::eddsa);
    const auto good = key.verifying().parts();
    BOOST_TEST(loads(algorithm::eddsa, good));
    const std::string zeros(62, '0');
    for (const auto& bad : {std::string(), good.x.substr(1), good.x + '\0', hex("00" + zeros), hex("01" + zeros),
                            hex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
                            hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
                            hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
                            // not less than the prime; not on the curve
                            hex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
                            std::string(32, '\xFF'), hex("02" + zeros)}) {
        crypto::public_parts parts;
        parts.x = bad;
        BOOST_TEST(!loads(algorithm::eddsa, parts), core::hex_encode(bad));
    }
}

BOOST_AUTO_TEST_CASE(a_private_key_of_eddsa_fits_its_point)
{
    const auto key = key_of(algorithm::eddsa);
    const std::string d(key.parts().d.view());
    for (const auto& bad : {std::string(), d.substr(1), d + d, flipped(d, 0), flipped(d, 31), std::string(32, '\0')}) {
        crypto::private_parts secret;
        secret.d = core::secret_string(bad);
        BOOST_TEST(!loads(algorithm::eddsa, key.verifying().parts(), secret), core::hex_encode(bad));
    }
}

BOOST_AUTO_TEST_CASE(a_key_of_rsa_has_2048_to_4096_bits_and_a_good_exponent)
{
    for (const auto a : {algorithm::rs256, algorithm::ps256}) {
        const auto good = key_of(a).verifying().parts();
        BOOST_TEST(loads(a, good));
        const auto with_modulus = [&](std::string n) {
            auto parts = good;
            parts.n = std::move(n);
            return loads(a, parts);
        };
        const auto half = std::string(1, '\x7F') + good.n.substr(1); // 2047 bits
        for (const auto& bad : {std::string(), std::string(1, '\x03'), good.n.substr(1), good.n.substr(0, 255), half,
                                '\0' + good.n, '\x01' + good.n.substr(0, 255) + good.n + '\x01',
                                good.n.substr(0, 255) + '\0', good.n + good.n + good.n, std::string(512, '\0')})
            BOOST_TEST(!with_modulus(bad), bad.size());
        // The prime 2^2203 - 1.
        BOOST_TEST(!with_modulus('\x07' + std::string(275, '\xFF')));

        const auto with_exponent = [&](std::string_view e) {
            auto parts = good;
            parts.e = hex(e);
            return loads(a, parts);
        };
        for (const char* e : {"010001", "010003", "ffffffffffffffff"}) BOOST_TEST(with_exponent(e), e);
        for (const char* e :
             {"", "00", "01", "02", "03", "11", "ffff", "010000", "010002", "00010001", "010000000000000001"})
            BOOST_TEST(!with_exponent(e), e);
    }
}

// OpenSSL alone takes the first of them or refuses it, as its random numbers fall.
BOOST_AUTO_TEST_CASE(a_modulus_of_rsa_has_no_small_factor)
{
    auto parts = key_of(algorithm::rs256).verifying().parts();
    for (const unsigned factor : {757u, 32'003u, 65'521u}) {
        const auto good = parts.n;
        parts.n = times(good, factor);
        BOOST_TEST(!loads(algorithm::rs256, parts), factor);
        parts.n = good;
    }
    BOOST_TEST(loads(algorithm::rs256, parts));
}

BOOST_AUTO_TEST_CASE(every_private_number_of_rsa_is_there_and_fits)
{
    const auto key = key_of(algorithm::rs256);
    const auto shown = key.verifying().parts();
    using part = core::secret_string crypto::private_parts::*;
    for (const part each : {&crypto::private_parts::d, &crypto::private_parts::p, &crypto::private_parts::q,
                            &crypto::private_parts::dp, &crypto::private_parts::dq, &crypto::private_parts::qi}) {
        auto secret = key.parts();
        BOOST_TEST(loads(algorithm::rs256, shown, secret));
        const auto whole = secret.*each;
        for (const auto& bad :
             {core::secret_string(), core::secret_string(std::string(1, '\0')), flipped(whole, whole.size() - 1),
              core::secret_string('\0' + std::string(whole.view())), core::secret_string(std::string(257, 'x'))}) {
            secret.*each = bad;
            BOOST_TEST(!loads(algorithm::rs256, shown, secret), bad.size());
        }
    }
    auto secret = key.parts();
    std::swap(secret.p, secret.q);
    BOOST_TEST(!loads(algorithm::rs256, shown, secret));
    // Of another key.
    auto other = shown;
    other.e = hex("010003");
    BOOST_TEST(!loads(algorithm::rs256, other, key.parts()));
}

BOOST_AUTO_TEST_SUITE_END()
