#include "core/random.hpp"
#include "core/text.hpp"
#include "crypto/jwt.hpp"
#include "support/vectors.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <vector>

namespace {

using namespace watchword;

const std::string key(32, 'k');
const core::timestamp now{std::chrono::seconds(1'800'000'000)};
const std::string good_header = R"({"alg":"HS256","typ":"JWT"})";
const std::string good_claims = R"({"public_id":"u","exp":1800000060})";

std::string sign(const std::string& signed_part, const std::string& with = key)
{
    crypto::hmac_sha256 mac(with);
    const auto tag = mac.sign(signed_part);
    return signed_part + "." + core::base64url_encode({tag.data(), tag.size()});
}

std::string forge(const std::string& header, const std::string& claims)
{
    return sign(core::base64url_encode(header) + "." + core::base64url_encode(claims));
}

bool accepts(const std::string& token)
{
    crypto::hs256_tokens tokens{core::secret_string(key)};
    return tokens.verify(token, now).has_value();
}
bool accepts_claims(const std::string& claims)
{
    return accepts(forge(good_header, claims));
}
bool accepts_header(const std::string& header)
{
    return accepts(forge(header, good_claims));
}

} // namespace

BOOST_AUTO_TEST_SUITE(jwt)

BOOST_AUTO_TEST_CASE(a_token_is_written_in_one_way_and_read_back)
{
    crypto::hs256_tokens tokens{core::secret_string(key)};
    const auto token = tokens.issue({"u", now + std::chrono::seconds(60)});
    BOOST_TEST(token == forge(good_header, good_claims));
    const auto claims = tokens.verify(token, now);
    BOOST_REQUIRE(claims.has_value());
    BOOST_TEST(claims->public_id == "u");
    BOOST_TEST((claims->expires == now + std::chrono::seconds(60)));
    BOOST_TEST(!tokens.verify(token, now + std::chrono::seconds(60)).has_value());
    BOOST_TEST(tokens.verify(tokens.issue({"\"\\\n\xC5\xBE", now + std::chrono::seconds(1)}), now)->public_id ==
               "\"\\\n\xC5\xBE");
}

BOOST_AUTO_TEST_CASE(the_algorithm_is_hs256_and_nothing_in_the_header_changes_that)
{
    BOOST_TEST(accepts_header(R"({"alg":"HS256"})"));
    BOOST_TEST(accepts_header(R"({ "kid":"x", "typ":"other", "alg":"HS256", "jku":"http://127.0.0.1/" })"));
    for (const char* bad :
         {R"({"alg":"none"})", R"({"alg":"nOnE"})", R"({"alg":"hs256"})", R"({"alg":"HS512"})", R"({"alg":"RS256"})",
          R"({"typ":"JWT"})", R"({"alg":null})", R"({"alg":["HS256"]})", R"({"alg":"HS256","kid":1})",
          R"({"alg":"HS256","crit":[]})", R"({"alg":"HS256","crit":["exp"]})", R"({"alg":"HS256","b64":false})",
          R"({"alg":"HS256","alg":"HS256"})", R"(["HS256"])", R"("HS256")", "", "{"})
        BOOST_TEST(!accepts_header(bad), bad);
}

BOOST_AUTO_TEST_CASE(a_signature_must_be_whole_right_and_of_this_key)
{
    const auto token = forge(good_header, good_claims);
    const auto body = token.substr(0, token.rfind('.'));
    BOOST_TEST(accepts(token));
    BOOST_TEST(!accepts(body));
    BOOST_TEST(!accepts(body + "."));
    BOOST_TEST(!accepts(body + "." + core::base64url_encode(std::string(32, '\0'))));
    BOOST_TEST(!accepts(sign(body, std::string(32, 'x'))));
    BOOST_TEST(!accepts(sign(body, "")));
    BOOST_TEST(!accepts(token + "A"));
    BOOST_TEST(!accepts(token.substr(0, token.size() - 2)));
    for (std::size_t i = 0; i < token.size(); ++i) {
        auto altered = token;
        altered[i] = altered[i] == 'A' ? 'B' : 'A';
        BOOST_TEST(!accepts(altered), "byte " << i);
    }
}

BOOST_AUTO_TEST_CASE(a_token_has_one_spelling)
{
    const auto token = forge(good_header, good_claims);
    for (const auto& other : {token + "=", " " + token, token + "\n", token + ".", "." + token, token + ".x"})
        BOOST_TEST(!accepts(other), other);
    // The last character of the signature has two bits that mean nothing.
    auto spare = token;
    const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    spare.back() = alphabet[alphabet.find(spare.back()) ^ 1];
    BOOST_TEST(!accepts(spare));
}

BOOST_AUTO_TEST_CASE(exp_is_a_number_after_now)
{
    for (const char* good : {"1800000001", "1800000000.5", "1.9e9", "4102444800", "1e15", "18446744073709551615"})
        BOOST_TEST(accepts_claims(std::string(R"({"public_id":"u","exp":)") + good + "}"), good);
    for (const char* bad : {"1800000000", "1799999999", "0", "-1", "-18446744073709551615", "\"1900000000\"", "null",
                            "true", "[1900000000]", "{}", "1e400", "NaN", "-1e300"})
        BOOST_TEST(!accepts_claims(std::string(R"({"public_id":"u","exp":)") + bad + "}"), bad);
    BOOST_TEST(!accepts_claims(R"({"public_id":"u"})"));
}

BOOST_AUTO_TEST_CASE(a_date_far_away_does_not_wrap)
{
    crypto::hs256_tokens tokens{core::secret_string(key)};
    const auto claims = tokens.verify(forge(good_header, R"({"public_id":"u","exp":1e300})"), now);
    BOOST_REQUIRE(claims.has_value());
    BOOST_TEST((claims->expires > now + std::chrono::hours(24 * 365)));
}

BOOST_AUTO_TEST_CASE(nbf_and_iat_are_numbers_not_after_now)
{
    for (const std::string name : {"nbf", "iat"}) {
        const auto with = [&](const std::string& v) {
            return accepts_claims(R"({"public_id":"u","exp":1800000060,")" + name + "\":" + v + "}");
        };
        for (const char* good : {"1800000000", "1799999999", "0", "-5"}) BOOST_TEST(with(good), name << good);
        for (const char* bad : {"1800000001", "\"1\"", "null", "true", "[]", "1e300"})
            BOOST_TEST(!with(bad), name << bad);
    }
}

BOOST_AUTO_TEST_CASE(an_audience_is_refused_an_issuer_and_others_are_not_looked_at)
{
    BOOST_TEST(!accepts_claims(R"({"public_id":"u","exp":1800000060,"aud":"x"})"));
    BOOST_TEST(!accepts_claims(R"({"public_id":"u","exp":1800000060,"aud":[]})"));
    BOOST_TEST(accepts_claims(R"({"public_id":"u","exp":1800000060,"iss":"x","sub":1,"role":"admin","n":{"a":[1]}})"));
}

BOOST_AUTO_TEST_CASE(public_id_is_text_and_not_empty)
{
    for (const char* bad : {"\"\"", "1", "null", "[\"u\"]", "{}"})
        BOOST_TEST(!accepts_claims(std::string(R"({"exp":1800000060,"public_id":)") + bad + "}"), bad);
    BOOST_TEST(!accepts_claims(R"({"exp":1800000060})"));
    BOOST_TEST(!accepts_claims(R"({"exp":1800000060,"public_id":"a","public_id":"u"})"));
}

BOOST_AUTO_TEST_CASE(what_is_no_object_of_json_is_refused)
{
    for (const char* bad :
         {"", "[]", "\"x\"", "null", "{", R"({"public_id":"u","exp":1800000060}x)",
          "\xEF\xBB\xBF{\"public_id\":\"u\",\"exp\":1800000060}", "{\"public_id\":\"\xFF\",\"exp\":1800000060}"})
        BOOST_TEST(!accepts_claims(bad), bad);
    std::string deep = R"({"public_id":"u","exp":1800000060,"x":)";
    deep += std::string(2000, '[') + std::string(2000, ']') + "}";
    BOOST_TEST(!accepts_claims(deep));
}

BOOST_AUTO_TEST_CASE(garbage_of_any_size_is_refused)
{
    for (const auto& bad :
         {std::string(), std::string("a"), std::string(".."), std::string("a.b.c"), std::string(100'000, '.'),
          std::string(1'000'000, 'a'), std::string("null"), std::string("Bearer x"), std::string(3, '\0')})
        BOOST_TEST(!accepts(bad));
}

// Every token there has an audience, which the tutorial's tokens must not have: all are refused, none throws.
BOOST_AUTO_TEST_CASE(no_token_of_the_shared_collection_is_accepted_or_throws)
{
    const auto keys = boost::json::parse(test::read_file(test::shared_path("vectors/jwt/keys.json")));
    const auto& hex = keys.at("hs_secret_hex").as_string();
    crypto::hs256_tokens tokens{core::secret_string(core::hex_decode({hex.data(), hex.size()}).value())};
    const core::timestamp then{std::chrono::seconds(keys.at("now").as_int64())};
    std::size_t count = 0;
    for (const auto& c : test::read_vectors("jwt/static_tokens.jsonl")) {
        BOOST_TEST(!tokens.verify(c.text("token"), then).has_value(), c.text("id"));
        ++count;
    }
    BOOST_TEST(count == 208u);
}

BOOST_AUTO_TEST_CASE(with_one_of_several_keys_its_name_is_in_the_header)
{
    core::system_random random;
    const auto named = [&](const std::string& kid, crypto::signature_algorithm a) {
        return crypto::named_signing_key{kid, crypto::signing_key::generate(a, random)};
    };
    const auto one = named("one", crypto::signature_algorithm::es256);
    const auto two = named("two", crypto::signature_algorithm::eddsa);
    const auto set = std::make_shared<const crypto::verifying_key_set>(
        std::vector<crypto::named_verifying_key>{{one.kid, one.key.verifying()}, {two.kid, two.key.verifying()}});
    crypto::keyed_token_verifier keys(set);
    const crypto::access_claims claims{"u", now + std::chrono::seconds(60)};
    for (const auto& key : {one, two}) {
        const auto token = crypto::keyed_token_issuer(key).issue(claims);
        const auto header = crypto::read_json_segment(crypto::split_jws(token)->header);
        BOOST_TEST(header->at("kid").as_string() == boost::json::string_view(key.kid));
        BOOST_TEST(header->at("typ").as_string() == "JWT");
        const auto read = keys.verify(token, now);
        BOOST_REQUIRE(read.has_value());
        BOOST_TEST(read->public_id == "u");
        BOOST_TEST((read->expires == claims.expires));
        BOOST_TEST(!keys.verify(token, claims.expires).has_value());
        for (std::size_t at = 0; at < token.size(); ++at) {
            auto altered = token;
            altered[at] = altered[at] == 'A' ? 'B' : 'A';
            BOOST_TEST(!keys.verify(altered, now).has_value(), at);
        }
        crypto::keyed_token_verifier none(std::make_shared<const crypto::verifying_key_set>());
        BOOST_TEST(!none.verify(token, now).has_value());
    }
    // Another's signature, another type, and the secret's.
    BOOST_TEST(!keys.verify(crypto::keyed_token_issuer({"one", two.key}).issue(claims), now));
    crypto::signer with_one(one.key);
    const auto other_type = crypto::sign_jws(crypto::jws_header_segment(one, "at+jwt"), good_claims, with_one);
    BOOST_TEST(!keys.verify(other_type, now).has_value());
    BOOST_TEST(!keys.verify(forge(good_header, good_claims), now).has_value());
    BOOST_TEST(!accepts(crypto::keyed_token_issuer(one).issue(claims)));
}

BOOST_AUTO_TEST_SUITE_END()
