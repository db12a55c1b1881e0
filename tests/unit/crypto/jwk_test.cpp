#include "core/text.hpp"
#include "crypto/jwk.hpp"
#include "crypto/signature.hpp"
#include "test_keys.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <optional>
#include <set>
#include <type_traits>
#include <vector>

namespace {

using namespace watchword;
using algorithm = crypto::signature_algorithm;
using boost::json::object;
using boost::json::value;
using test::all_algorithms;
using test::key_of;

const std::set<std::string> private_names = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

object object_of(std::string_view text)
{
    return boost::json::parse({text.data(), text.size()}).as_object();
}

object private_jwk(algorithm a)
{
    return object_of(crypto::write_private_jwk({"k", key_of(a)}).view());
}
object public_jwk(algorithm a)
{
    return object_of(crypto::write_public_jwk({"k", key_of(a).verifying()}));
}

template <class T> value to_value(const T& v)
{
    if constexpr (std::is_convertible_v<T, std::string_view> && !std::is_null_pointer_v<T>) {
        const std::string_view text(v);
        return value(boost::json::string_view(text.data(), text.size()));
    } else {
        return value(v);
    }
}

std::string text(const value& v)
{
    return {v.as_string().data(), v.as_string().size()};
}

template <class T> object with(object jwk, const std::string& name, const T& v)
{
    jwk[boost::json::string_view(name)] = to_value(v);
    return jwk;
}
object without(object jwk, const std::string& name)
{
    jwk.erase(boost::json::string_view(name));
    return jwk;
}

const core::error_code fine, invalid = core::errc::invalid_input, not_ours = core::errc::unsupported,
                             too_large = core::errc::too_large;

using maybe = std::optional<algorithm>;

core::error_code reads_public(const object& jwk, maybe as = {})
{
    const auto read = crypto::read_public_jwk(boost::json::serialize(jwk), as);
    return read ? core::error_code() : read.error();
}
core::error_code reads_private(const object& jwk, maybe as = {})
{
    const auto read = crypto::read_private_jwk(boost::json::serialize(jwk), as);
    return read ? core::error_code() : read.error();
}

constexpr std::array asymmetric = {algorithm::es256, algorithm::eddsa, algorithm::rs256, algorithm::ps256};

} // namespace

BOOST_AUTO_TEST_SUITE(jwk)

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back)
{
    for (const auto a : all_algorithms) {
        const auto key = key_of(a);
        const auto secret = crypto::write_private_jwk({"the-name", key});
        const auto again = crypto::read_private_jwk(secret.view());
        BOOST_TEST_REQUIRE(again.has_value(), test::name(a));
        BOOST_TEST(again->kid == "the-name");
        BOOST_TEST((again->key.algorithm() == a));
        BOOST_TEST(crypto::write_private_jwk(*again).view() == secret.view());
        if (a == algorithm::hs256) continue;
        const auto shown = crypto::write_public_jwk({"the-name", key.verifying()});
        const auto read = crypto::read_public_jwk(shown);
        BOOST_TEST_REQUIRE(read.has_value(), test::name(a));
        BOOST_TEST(read->kid == "the-name");
        BOOST_TEST((read->key.algorithm() == a));
        BOOST_TEST(crypto::write_public_jwk(*read) == shown);
        BOOST_TEST(crypto::verifier(read->key).verify("m", crypto::signer(again->key).sign("m")), test::name(a));
    }
}

BOOST_AUTO_TEST_CASE(a_written_key_says_what_it_is_for)
{
    BOOST_TEST(crypto::write_public_jwk({"n", key_of(algorithm::eddsa).verifying()}) ==
               R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",)"
               R"("alg":"EdDSA","use":"sig","kid":"n"})");
    for (const auto a : asymmetric) {
        const auto jwk = public_jwk(a);
        BOOST_TEST(text(jwk.at("alg")) == test::name(a));
        BOOST_TEST(text(jwk.at("use")) == "sig");
        for (const auto& name : private_names) BOOST_TEST(!jwk.contains(name), name);
    }
}

BOOST_AUTO_TEST_CASE(a_set_shows_nothing_private)
{
    std::vector<crypto::named_verifying_key> keys;
    for (const auto a : all_algorithms) keys.push_back({test::name(a), key_of(a).verifying()});
    const auto shown = crypto::write_jwks(keys);
    const auto set = boost::json::parse(shown).at("keys").as_array();
    BOOST_TEST(set.size() == 4u);
    std::set<std::string> names;
    for (const auto& jwk : set) {
        names.insert(text(jwk.at("kid")));
        BOOST_TEST(reads_public(jwk.as_object()) == fine);
    }
    BOOST_TEST((names == std::set<std::string>{"ES256", "EdDSA", "RS256", "PS256"}));
    const auto secret = key_of(algorithm::hs256).parts();
    BOOST_TEST(shown.find(core::base64url_encode(secret.k.view())) == shown.npos);
    BOOST_TEST(crypto::write_jwks({}) == R"({"keys":[]})");
    BOOST_CHECK_THROW(crypto::write_public_jwk(keys.front()), std::invalid_argument);
}

// RFC 7638 section 3.1, RFC 8037 appendix A.3.
BOOST_AUTO_TEST_CASE(thumbprints_of_the_rfcs)
{
    const std::string rsa =
        R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECP)"
        R"(ebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZg)"
        R"(nYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44)"
        R"(-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256"})";
    const auto key = crypto::read_public_jwk(rsa);
    BOOST_TEST_REQUIRE(key.has_value());
    BOOST_TEST(crypto::thumbprint(key->key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    BOOST_TEST(key->kid == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"); // it had none
    BOOST_TEST(crypto::thumbprint(key_of(algorithm::eddsa).verifying()) ==
               "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    // Others are the same whatever else a key says.
    for (const auto a : all_algorithms) {
        const auto named = crypto::read_private_jwk(crypto::write_private_jwk({"n", key_of(a)}).view()).value();
        BOOST_TEST(crypto::thumbprint(named.key.verifying()) == crypto::thumbprint(key_of(a).verifying()));
        BOOST_TEST(crypto::thumbprint(named.key.verifying()).size() == 43u);
    }
}

BOOST_AUTO_TEST_CASE(an_algorithm_is_said_or_follows_from_the_curve)
{
    for (const auto a : {algorithm::es256, algorithm::eddsa}) {
        BOOST_TEST(reads_public(without(public_jwk(a), "alg")) == fine);
        BOOST_TEST(reads_private(without(private_jwk(a), "alg")) == fine);
    }
    for (const auto a : {algorithm::rs256, algorithm::ps256, algorithm::hs256}) {
        const auto silent = without(private_jwk(a), "alg");
        BOOST_TEST(reads_private(silent) == invalid, test::name(a));
        BOOST_TEST(reads_private(silent, a) == fine, test::name(a));
        BOOST_TEST((crypto::read_private_jwk(boost::json::serialize(silent), a)->key.algorithm() == a));
    }
    for (const auto a : all_algorithms)
        for (const auto said : all_algorithms) {
            const bool fits = a == said || (test::name(a).substr(1) == "S256" && test::name(said).substr(1) == "S256" &&
                                            a != algorithm::hs256 && said != algorithm::hs256 &&
                                            a != algorithm::es256 && said != algorithm::es256);
            const auto silent = without(private_jwk(a), "alg");
            BOOST_TEST(!reads_private(with(silent, "alg", test::name(said))) == fits, test::name(a)
                                                                                          << test::name(said));
            BOOST_TEST(!reads_private(silent, said) == fits, test::name(a) << test::name(said));
            BOOST_TEST(!reads_private(private_jwk(a), said) == (a == said), test::name(a) << test::name(said));
        }
    for (const char* other : {"none", "RS384", "RS512", "PS512", "HS384", "ES512", "RSA-OAEP", "A256KW", "es256", ""})
        for (const auto a : all_algorithms)
            BOOST_TEST(reads_private(with(private_jwk(a), "alg", other)) == not_ours, other);
    for (const auto a : all_algorithms) {
        BOOST_TEST(reads_private(with(private_jwk(a), "alg", nullptr)) == invalid);
        BOOST_TEST(reads_private(with(private_jwk(a), "alg", 1)) == invalid);
    }
}

BOOST_AUTO_TEST_CASE(types_and_curves_that_are_not_ours)
{
    for (const char* other : {"", "ec", "DH", "OCT", "AKP"})
        for (const auto a : all_algorithms)
            BOOST_TEST(reads_private(with(private_jwk(a), "kty", other)) == not_ours, other);
    for (const char* other : {"P-384", "P-521", "secp256k1", "p-256", "Ed448", "X25519", ""})
        for (const auto a : {algorithm::es256, algorithm::eddsa}) {
            BOOST_TEST(reads_private(with(private_jwk(a), "crv", other)) == not_ours, other);
            BOOST_TEST(reads_public(with(public_jwk(a), "crv", other)) == not_ours, other);
        }
    const auto ec = public_jwk(algorithm::es256);
    BOOST_TEST(reads_public(without(ec, "crv")) == invalid);
    BOOST_TEST(reads_public(without(ec, "kty")) == invalid);
    BOOST_TEST(reads_public(with(ec, "kty", 1)) == invalid);
    BOOST_TEST(reads_public(with(ec, "kty", "RSA")) == invalid);
    BOOST_TEST(reads_public(with(ec, "kty", "OKP")) == not_ours);
    BOOST_TEST(reads_private(with(private_jwk(algorithm::rs256), "oth", boost::json::array())) == not_ours);
}

BOOST_AUTO_TEST_CASE(a_public_key_has_no_private_member)
{
    for (const auto a : asymmetric) {
        BOOST_TEST(reads_public(private_jwk(a)) == invalid, test::name(a));
        for (const auto& name : private_names)
            BOOST_TEST(reads_public(with(public_jwk(a), name, "AAAA")) == invalid, name);
        BOOST_TEST(reads_private(public_jwk(a)) == invalid, test::name(a));
    }
    BOOST_TEST(reads_public(private_jwk(algorithm::hs256)) == invalid);
}

BOOST_AUTO_TEST_CASE(every_number_is_there_in_one_spelling)
{
    for (const auto a : all_algorithms) {
        const auto good = private_jwk(a);
        for (const auto& member : good) {
            const std::string name(member.key().data(), member.key().size());
            if (name == "kty" || name == "crv" || name == "alg" || name == "use" || name == "kid") continue;
            const auto number = text(member.value());
            BOOST_TEST(reads_private(without(good, name)) == invalid, name);
            for (const value& bad :
                 {value(nullptr), value(1), value(""), to_value(number + "="), to_value(" " + number),
                  to_value(number + "!"), to_value(number + "\n"), value(boost::json::array{to_value(number)})})
                BOOST_TEST(reads_private(with(good, name, bad)) == invalid, name);
            if (a == algorithm::hs256) continue;
            BOOST_TEST(reads_private(with(good, name, "AA" + number)) == invalid, name);
            BOOST_TEST(reads_private(with(good, name, number.substr(0, number.size() / 8 * 4))) == invalid, name);
        }
    }
    BOOST_TEST(reads_private(with(private_jwk(algorithm::hs256), "k", core::base64url_encode(std::string(31, 'k')))) ==
               invalid);
    BOOST_TEST(reads_private(with(private_jwk(algorithm::hs256), "k", core::base64url_encode(std::string(32, 'k')))) ==
               fine);
}

BOOST_AUTO_TEST_CASE(a_key_is_used_for_what_it_says)
{
    using boost::json::array;
    const auto shown = public_jwk(algorithm::es256), secret = private_jwk(algorithm::es256);
    for (const value& bad : {value("enc"), value(""), value("SIG"), value(nullptr), value(array{"sig"})}) {
        BOOST_TEST(reads_public(with(shown, "use", bad)) == invalid, bad);
        BOOST_TEST(reads_private(with(secret, "use", bad)) == invalid, bad);
    }
    BOOST_TEST(reads_public(without(shown, "use")) == fine);
    const auto operations = [](const object& jwk, const value& v) { return with(without(jwk, "use"), "key_ops", v); };
    BOOST_TEST(reads_public(operations(shown, array{"verify"})) == fine);
    BOOST_TEST(reads_public(operations(shown, array{"sign", "verify"})) == fine);
    BOOST_TEST(reads_private(operations(secret, array{"sign"})) == fine);
    BOOST_TEST(reads_private(operations(secret, array{"sign", "verify"})) == fine);
    BOOST_TEST(reads_public(operations(shown, array{"sign"})) == invalid);
    BOOST_TEST(reads_private(operations(secret, array{"verify"})) == invalid);
    for (const value& bad :
         {value(array()), value("verify"), value("sign"), value(nullptr), value(array{"verify", "verify", "sign"}),
          value(array{"verify", "sign", "encrypt"}), value(array{"verify", "sign", 1}), value(array{"deriveKey"})}) {
        BOOST_TEST(reads_public(operations(shown, bad)) == invalid, bad);
        BOOST_TEST(reads_private(operations(secret, bad)) == invalid, bad);
    }
}

BOOST_AUTO_TEST_CASE(a_name_is_short_and_visible)
{
    const auto good = public_jwk(algorithm::es256);
    for (const auto& kid : {std::string("a"), std::string("\"\\~!"), std::string(128, 'k')}) {
        const auto read = crypto::read_public_jwk(boost::json::serialize(with(good, "kid", kid)));
        BOOST_TEST_REQUIRE(read.has_value(), kid);
        BOOST_TEST(read->kid == kid);
        const auto again = crypto::read_public_jwk(crypto::write_public_jwk(*read));
        BOOST_TEST(again->kid == kid);
    }
    for (const value& bad : {value(""), to_value(std::string(129, 'k')), value("a b"), value("a\n"), value("\x7F"),
                             value("\xC3\xA9"), value(1), value(nullptr)})
        BOOST_TEST(reads_public(with(good, "kid", bad)) == invalid, bad);
    BOOST_CHECK_THROW(crypto::write_public_jwk({"", key_of(algorithm::es256).verifying()}), std::invalid_argument);
    BOOST_CHECK_THROW(crypto::write_private_jwk({"a b", key_of(algorithm::es256)}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(what_is_no_object_of_json_is_refused)
{
    const auto good = crypto::write_public_jwk({"k", key_of(algorithm::es256).verifying()});
    for (const auto& bad : {std::string(), std::string("null"), std::string("[]"), "[" + good + "]", good + "x",
                            good.substr(0, good.size() - 1) + ",\"kty\":\"EC\"}",
                            good.substr(0, good.size() - 1) + ",\"\\u006bty\":\"EC\"}",
                            good.substr(0, good.size() - 1) + ",\"n\":1e400}"}) {
        BOOST_TEST(crypto::read_public_jwk(bad).error() == invalid, bad);
        BOOST_TEST(crypto::read_private_jwk(bad).error() == invalid, bad);
    }
    const auto padded = good + std::string(crypto::longest_jwk - good.size(), ' ');
    BOOST_TEST(crypto::read_public_jwk(padded).has_value());
    BOOST_TEST(crypto::read_public_jwk(padded + " ").error() == too_large);
    BOOST_TEST(crypto::read_private_jwk(padded + " ").error() == too_large);
}

BOOST_AUTO_TEST_CASE(other_members_are_ignored)
{
    auto jwk = with(public_jwk(algorithm::es256), "x5u", "http://127.0.0.1:1/");
    jwk = with(with(jwk, "x5c", boost::json::array{"AAAA"}), "ext", true);
    BOOST_TEST(reads_public(jwk) == fine);
}

// RFC 7520 section 3.
BOOST_AUTO_TEST_CASE(keys_of_the_cookbook)
{
    const auto read = [](const char* file) {
        return test::read_file(test::shared_path(std::string("vectors/jwt/jose-cookbook/jwk/") + file));
    };
    BOOST_TEST(crypto::read_public_jwk(read("3_1.ec_public_key.json")).error() == not_ours); // P-521
    BOOST_TEST(crypto::read_private_jwk(read("3_2.ec_private_key.json")).error() == not_ours);
    const auto rsa = read("3_3.rsa_public_key.json");
    BOOST_TEST(crypto::read_public_jwk(rsa).error() == invalid);
    BOOST_TEST(crypto::read_public_jwk(rsa, algorithm::rs256)->kid == "bilbo.baggins@hobbiton.example");
    BOOST_TEST(crypto::read_private_jwk(read("3_4.rsa_private_key.json"), algorithm::ps256).has_value());
    BOOST_TEST(crypto::read_private_jwk(read("3_5.symmetric_key_mac_computation.json")).has_value());
    BOOST_TEST(crypto::read_private_jwk(read("3_6.symmetric_key_encryption.json")).error() == not_ours); // A256GCM
}

BOOST_AUTO_TEST_SUITE_END()
