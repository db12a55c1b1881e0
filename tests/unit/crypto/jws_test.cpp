#include "core/text.hpp"
#include "crypto/jws.hpp"
#include "test_keys.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace watchword;
using algorithm = crypto::signature_algorithm;
using test::all_algorithms;
using test::key_of;

std::string segment(std::string_view text)
{
    return core::base64url_encode(text);
}

std::string make(const std::string& header, const std::string& payload, const crypto::signing_key& key)
{
    crypto::signer signer(key);
    return crypto::sign_jws(segment(header), payload, signer);
}

bool parses(const std::string& header)
{
    return crypto::jws::parse(segment(header) + ".e30.").has_value();
}

bool is_signed(std::string_view token, const crypto::signing_key& key)
{
    const auto read = crypto::jws::parse(token);
    crypto::verifier verifier(key.verifying());
    return read && read->is_signed_by(verifier);
}

std::string header_of(algorithm a)
{
    return R"({"alg":")" + test::name(a) + R"("})";
}

} // namespace

BOOST_AUTO_TEST_SUITE(jws)

// RFC 7515 appendix A.3.
BOOST_AUTO_TEST_CASE(the_example_of_es256)
{
    const std::string token =
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl"
        "LmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8I"
        "SlSApmWQxfKTUJqPP3-Kg6NU1Q";
    BOOST_TEST(is_signed(token, key_of(algorithm::es256)));
    BOOST_TEST((crypto::jws::parse(token)->claims()->at("iss").as_string() == "joe"));
}

// RFC 7515 appendix A.1.
BOOST_AUTO_TEST_CASE(the_example_of_hs256)
{
    const std::string token =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQog"
        "Imh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOE"
        "jXk";
    BOOST_TEST(is_signed(token, key_of(algorithm::hs256)));
}

BOOST_AUTO_TEST_CASE(what_is_signed_is_read)
{
    for (const auto a : all_algorithms) {
        const auto key = key_of(a);
        const auto token = make(R"({"alg":")" + test::name(a) + R"(","kid":"k","typ":"at+jwt"})", R"({"a":1})", key);
        const auto read = crypto::jws::parse(token);
        BOOST_TEST_REQUIRE(read.has_value(), test::name(a));
        BOOST_TEST(is_signed(token, key), test::name(a));
        BOOST_TEST(read->kid().value() == "k");
        BOOST_TEST(read->has_type("at+jwt"));
        BOOST_TEST(read->payload().value() == R"({"a":1})");
        BOOST_TEST(read->claims()->at("a").as_int64() == 1);
        for (std::size_t i = 0; i < token.size(); ++i) {
            auto altered = token;
            altered[i] = altered[i] == 'A' ? 'B' : 'A';
            if (!is_signed(altered, key)) continue;
            BOOST_TEST(altered == token, test::name(a) << " byte " << i);
        }
        BOOST_TEST(is_signed(make(header_of(a), "", key), key), test::name(a) << ", no payload");
    }
}

// RFC 8725 sections 2.1 and 3.1: the key has chosen the algorithm.
BOOST_AUTO_TEST_CASE(the_header_does_not_choose_the_algorithm)
{
    for (const auto a : all_algorithms) {
        const auto key = key_of(a);
        for (const auto said : all_algorithms)
            BOOST_TEST(is_signed(make(header_of(said), "{}", key), key) == (said == a), test::name(a)
                                                                                            << test::name(said));
        for (const char* other : {"none", "None", "", "HS512", "ES384", "EdDSA ", "es256"})
            BOOST_TEST(!is_signed(make(std::string(R"({"alg":")") + other + R"("})", "{}", key), key), other);
        BOOST_TEST(!is_signed(segment(R"({"alg":"none"})") + ".e30.", key));
        BOOST_TEST(!is_signed(segment(header_of(a)) + ".e30.", key));
    }
}

BOOST_AUTO_TEST_CASE(what_is_public_is_no_secret)
{
    for (const auto a : {algorithm::es256, algorithm::eddsa, algorithm::rs256, algorithm::ps256}) {
        const auto key = key_of(a);
        const auto parts = key.verifying().parts();
        const auto jwk = crypto::write_public_jwk({"k", key.verifying()});
        for (const auto& shown : {parts.x + parts.y + parts.n, jwk, parts.n + parts.e + std::string(32, '\0')}) {
            if (shown.size() < 32) continue;
            crypto::private_parts secret;
            secret.k = core::secret_string(shown);
            const auto forger = crypto::signing_key::load(algorithm::hs256, {}, secret).value();
            BOOST_TEST(!is_signed(make(header_of(algorithm::hs256), "{}", forger), key), test::name(a));
            BOOST_TEST(!is_signed(make(header_of(a), "{}", forger), key), test::name(a));
        }
    }
}

BOOST_AUTO_TEST_CASE(keys_in_the_header_are_not_looked_at)
{
    const auto own = key_of(algorithm::es256), attackers = test::new_key(algorithm::es256);
    const auto jwk = crypto::write_public_jwk({"k", attackers.verifying()});
    const auto header = R"({"alg":"ES256","jwk":)" + jwk +
                        R"(,"jku":"http://127.0.0.1:1/","x5u":"http://127.0.0.1:1/",)" +
                        R"("x5c":["AAAA"],"x5t":"AAAA"})";
    BOOST_TEST(!is_signed(make(header, "{}", attackers), own));
    BOOST_TEST(is_signed(make(header, "{}", own), own));
}

BOOST_AUTO_TEST_CASE(headers_that_are_refused)
{
    BOOST_TEST(parses(R"({"alg":"ES256"})"));
    BOOST_TEST(parses(R"({"alg":"x","b64":true,"kid":"","typ":1,"cty":"x","unknown":[{}]})"));
    for (const char* bad : {"",
                            "{}",
                            "null",
                            "[]",
                            "\"ES256\"",
                            R"({"ALG":"ES256"})",
                            R"({"alg":null})",
                            R"({"alg":["ES256"]})",
                            R"({"alg":1})",
                            R"({"alg":"ES256","alg":"ES256"})",
                            R"({"alg":"ES256","\u0061lg":"none"})",
                            R"({"alg":"ES256","crit":[]})",
                            R"({"alg":"ES256","crit":["exp"],"exp":1})",
                            R"({"alg":"ES256","crit":null})",
                            R"({"alg":"ES256","b64":false})",
                            R"({"alg":"ES256","b64":null})",
                            R"({"alg":"ES256","enc":"A128GCM"})",
                            R"({"alg":"ES256","kid":1})",
                            R"({"alg":"ES256","kid":null})",
                            R"({"alg":"ES256","kid":["k"]})",
                            R"({"alg":"ES256"}x)",
                            R"({"alg":"ES256",})",
                            "\xEF\xBB\xBF{\"alg\":\"ES256\"}",
                            "{\"alg\":\"ES256\",\"x\":NaN}",
                            "{\"alg\":\"ES256\",\"x\":1e400}",
                            "{\"alg\":\"ES256\",\"x\":\"\xFF\"}"})
        BOOST_TEST(!parses(bad), bad);
}

BOOST_AUTO_TEST_CASE(a_token_has_three_segments_in_one_spelling)
{
    const auto key = key_of(algorithm::eddsa);
    const auto token = make(header_of(algorithm::eddsa), "{}", key);
    BOOST_TEST(is_signed(token, key));
    for (const auto& other : {token + "=", " " + token, token + "\n", token + ".", "." + token, token + ".x",
                              token.substr(0, token.rfind('.')), std::string(), std::string("."), std::string(".."),
                              std::string("..."), std::string(100'000, '.'), std::string(1'000'000, 'a')})
        BOOST_TEST(!is_signed(other, key), other.size());
    // 64 bytes leave four bits of the last character.
    const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    auto spare = token;
    spare.back() = alphabet[alphabet.find(spare.back()) ^ 1];
    BOOST_TEST(!is_signed(spare, key));
    // A payload with spare bits, well signed.
    crypto::signer signer(key);
    const auto start = segment(header_of(algorithm::eddsa)) + ".e31";
    const auto odd = start + "." + core::base64url_encode(signer.sign(start));
    BOOST_TEST(!crypto::jws::parse(odd)->payload());
    BOOST_TEST(!crypto::jws::parse(odd)->claims());
}

BOOST_AUTO_TEST_CASE(claims_are_an_object_without_duplicates)
{
    const auto key = key_of(algorithm::hs256);
    const auto reads = [&](const std::string& payload) {
        const auto token = make(header_of(algorithm::hs256), payload, key);
        return crypto::jws::parse(token)->claims().has_value();
    };
    BOOST_TEST(reads("{}"));
    for (const char* bad : {"", "1", "[]", "null", "{\"a\":1,\"a\":1}", "{}{}", "{", "{\"exp\":1e400}"})
        BOOST_TEST(!reads(bad), bad);
}

BOOST_AUTO_TEST_CASE(a_long_token_is_refused)
{
    const auto key = key_of(algorithm::hs256);
    const auto start = make(header_of(algorithm::hs256), "", key).size();
    const std::size_t fits = (crypto::longest_jws - start) / 4 * 3;
    const auto longest = make(header_of(algorithm::hs256), std::string(fits, ' '), key);
    BOOST_TEST(longest.size() <= crypto::longest_jws);
    BOOST_TEST(is_signed(longest, key));
    const auto longer = make(header_of(algorithm::hs256), std::string(fits + 3, ' '), key);
    BOOST_TEST(longer.size() > crypto::longest_jws);
    BOOST_TEST(!is_signed(longer, key));
}

BOOST_AUTO_TEST_CASE(a_type_is_a_media_type)
{
    const auto has_type = [](const std::string& value) {
        const auto token = segment(R"({"alg":"ES256","typ":)" + value + "}") + ".e30.";
        return crypto::jws::parse(token)->has_type("at+jwt");
    };
    for (const char* good : {"\"at+jwt\"", "\"AT+JWT\"", "\"application/at+jwt\"", "\"Application/At+Jwt\""})
        BOOST_TEST(has_type(good), good);
    for (const char* bad : {"\"JWT\"", "\"at+jwt \"", "\"\"", "\"application/\"", "\"text/at+jwt\"", "\"at+jw\"",
                            "null", "1", "[\"at+jwt\"]", "\"application/application/at+jwt\"", "\"refresh+jwt\""})
        BOOST_TEST(!has_type(bad), bad);
    const auto without = segment(header_of(algorithm::es256)) + ".e30.";
    BOOST_TEST(!crypto::jws::parse(without)->has_type("at+jwt"));
    BOOST_TEST(!crypto::jws::parse(without)->kid());
}

BOOST_AUTO_TEST_SUITE_END()
