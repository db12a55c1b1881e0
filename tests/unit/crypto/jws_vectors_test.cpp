#include "crypto/jwk.hpp"
#include "crypto/jws.hpp"
#include "crypto/registered_claims.hpp"
#include "wycheproof.hpp"

#include <boost/beast/zlib/inflate_stream.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace {

using namespace watchword;
using algorithm = crypto::signature_algorithm;
using boost::json::object;
using boost::json::value;
using test::text;

using keys = std::vector<crypto::named_verifying_key>;

std::optional<crypto::named_verifying_key> read_key(const value& jwk, bool is_private, std::optional<algorithm> as = {})
{
    const auto json = boost::json::serialize(jwk);
    if (!is_private) {
        const auto read = crypto::read_public_jwk(json, as);
        if (!read) return std::nullopt;
        return *read;
    }
    const auto read = crypto::read_private_jwk(json, as);
    if (!read) return std::nullopt;
    return crypto::named_verifying_key{read->kid, read->key.verifying()};
}

// Of a key or a set; none at all if one is refused.
keys read_keys(const value& document, bool is_private)
{
    const auto* const set = document.as_object().if_contains("keys");
    keys out;
    for (const auto& jwk : set ? set->as_array() : boost::json::array{document}) {
        auto key = read_key(jwk, is_private);
        if (!key) return {};
        out.push_back(std::move(*key));
    }
    return out;
}

keys keys_of(const object& group)
{
    const auto* const shown = group.if_contains("public");
    return shown ? read_keys(*shown, false) : read_keys(group.at("private"), true);
}

// By the key that its kid names.
bool accepts(const keys& known, std::string_view token)
{
    const auto read = crypto::jws::parse(token);
    if (!read) return false;
    for (const auto& key : known) {
        if (read->kid() != std::string_view(key.kid)) continue;
        crypto::verifier verifier(key.key);
        return read->is_signed_by(verifier) && read->payload();
    }
    return false;
}

struct judged {
    std::size_t all = 0;
    std::set<std::int64_t> accepted_wrongly, refused_wrongly;
};

judged judge(std::string_view file, const char* member)
{
    judged out;
    const object* current = nullptr; // group
    keys known;
    test::each_wycheproof(file, [&](const object& group, const object& one) {
        const auto* const token = one.if_contains(member);
        if (!token) return;
        ++out.all;
        if (std::exchange(current, &group) != &group) known = keys_of(group);
        const bool accepted = accepts(known, token->is_string() ? text(*token) : boost::json::serialize(*token));
        const bool valid = text(one.at("result")) == "valid";
        const auto id = one.at("tcId").to_number<std::int64_t>();
        if (accepted && !valid) out.accepted_wrongly.insert(id);
        if (!accepted && valid) out.refused_wrongly.insert(id);
    });
    return out;
}

// The longest are compressed, and do not say how long they were.
std::string token_of(const test::vector_case& c)
{
    if (c.fields.contains("token")) return c.text("token");
    const auto packed = test::base64_decode(c.text("token_zlib_b64"));
    std::string out(4 * 1024 * 1024, '\0');
    boost::beast::zlib::inflate_stream inflater;
    boost::beast::zlib::z_params p;
    p.next_in = packed.data() + 2; // behind the zlib header
    p.avail_in = packed.size() - 2;
    p.next_out = out.data();
    p.avail_out = out.size();
    boost::beast::error_code ec;
    inflater.write(p, boost::beast::zlib::Flush::sync, ec);
    out.resize(out.size() - p.avail_out);
    BOOST_TEST(out.size() > crypto::longest_jws);
    return out;
}

object read_cookbook(std::string_view file)
{
    const auto path = test::shared_path("vectors/jwt/jose-cookbook/" + std::string(file));
    return boost::json::parse(test::read_file(path)).as_object();
}

} // namespace

BOOST_AUTO_TEST_SUITE(jws_vectors)

BOOST_AUTO_TEST_CASE(wycheproof_json_web_signature)
{
    const auto result = judge("json_web_signature_test.json", "jws");
    BOOST_TEST(result.all == 267u);
    BOOST_TEST(result.accepted_wrongly.empty());
    const std::set<std::int64_t> not_ours = {264, 266, 267, // RS384
                                             269, 270,      // RS512
                                             320, 321, 323, // PS384
                                             326, 327,      // PS512
                                             347, 351,      // ES512, with a key for "ES521"
                                             350,           // PS384 with a key for PS256
                                             372};          // a question mark within base64url
    BOOST_TEST(result.refused_wrongly == not_ours, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(wycheproof_json_web_key)
{
    const auto result = judge("json_web_key_test.json", "jws");
    BOOST_TEST(result.all == 17u);
    BOOST_TEST(result.accepted_wrongly.empty());
    const std::set<std::int64_t> not_ours = {14, 15}; // HS384, HS512
    BOOST_TEST(result.refused_wrongly == not_ours, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(wycheproof_json_web_crypto)
{
    const auto signatures = judge("json_web_crypto_test.json", "jws");
    BOOST_TEST(signatures.all == 32u);
    BOOST_TEST(signatures.accepted_wrongly.empty());
    BOOST_TEST(signatures.refused_wrongly.empty());
    // What is encrypted is no signature: neither its keys nor its texts are taken for such.
    std::size_t count = 0;
    test::each_wycheproof("json_web_crypto_test.json", [&](const object& group, const object& one) {
        if (!one.contains("jwe")) return;
        ++count;
        BOOST_TEST(keys_of(group).empty(), one.at("tcId"));
        if (one.at("jwe").is_string()) BOOST_TEST(!crypto::jws::parse(text(one.at("jwe"))), one.at("tcId"));
    });
    BOOST_TEST(count == 23u);
}

// RFC 7520 section 4, RFC 8037 appendix A.4: each compact text verifies, and comes out again where nothing is left to
// chance.
BOOST_AUTO_TEST_CASE(examples_of_the_rfcs)
{
    std::size_t count = 0, made_again = 0;
    for (const auto& [file, ours] : std::map<std::string, std::optional<algorithm>>{
             {"jws/4_1.rsa_v15_signature.json", algorithm::rs256},
             {"jws/4_2.rsa-pss_signature.json", std::nullopt}, // PS384
             {"jws/4_3.ecdsa_signature.json", std::nullopt},   // ES512
             {"jws/4_4.hmac-sha2_integrity_protection.json", algorithm::hs256},
             {"curve25519/jws.json", algorithm::eddsa}}) {
        const auto example = read_cookbook(file);
        const auto& jwk = example.at("input").at("key");
        const auto compact = text(example.at("output").at("compact"));
        const auto read = crypto::jws::parse(compact);
        BOOST_TEST_REQUIRE(read.has_value(), file);
        BOOST_TEST(read->payload().value() == text(example.at("input").at("payload")), file);
        const auto key = crypto::read_private_jwk(boost::json::serialize(jwk), ours.value_or(algorithm::ps256));
        ++count;
        if (!ours) {
            const bool is_other = !key || !crypto::has_algorithm(read->header(), algorithm::ps256);
            BOOST_TEST(is_other, file);
            continue;
        }
        BOOST_TEST_REQUIRE(key.has_value(), file);
        crypto::verifier verifier(key->key.verifying());
        BOOST_TEST(read->is_signed_by(verifier), file);
        crypto::signer signer(key->key);
        const auto header = text(example.at("signing").at("protected_b64u"));
        BOOST_TEST(crypto::sign_jws(header, text(example.at("input").at("payload")), signer) == compact, file);
        ++made_again;
    }
    BOOST_TEST(count == 5u);
    BOOST_TEST(made_again == 3u);
}

BOOST_AUTO_TEST_CASE(detached_and_unencoded_payloads_are_refused)
{
    const auto detached = read_cookbook("jws/4_5.signature_with_detached_content.json");
    const auto key = read_key(detached.at("input").at("key"), true);
    BOOST_TEST_REQUIRE(key.has_value());
    crypto::verifier verifier(key->key);
    const auto without = text(detached.at("output").at("compact"));
    const auto read = crypto::jws::parse(without);
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(!read->is_signed_by(verifier));
    const auto whole = text(detached.at("signing").at("sig-input")) + without.substr(without.rfind('.'));
    BOOST_TEST(crypto::jws::parse(whole)->is_signed_by(verifier));

    for (const char* file : {"rfc7797/4.2.hmac-sha2_b64_false.json", "rfc7797/hmac-sha2_b64_false.json"}) {
        const auto output = read_cookbook(file).at("output").as_object();
        const auto* const compact = output.if_contains("compact");
        if (compact) BOOST_TEST(!crypto::jws::parse(text(*compact)), file);
        const auto& flat = output.at("json_flat");
        const auto joined = text(flat.at("protected")) + ".JC4wMg." + text(flat.at("signature"));
        BOOST_TEST(!crypto::jws::parse(joined), file);
    }
}

// Each token has one key and one algorithm, no kid, and claims that are looked at by the rules of registered_claims;
// whether the user exists is asked elsewhere.
BOOST_AUTO_TEST_CASE(tokens_of_the_shared_collection)
{
    const auto document = boost::json::parse(test::read_file(test::shared_path("vectors/jwt/keys.json"))).as_object();
    std::map<std::string, crypto::verifier> verifiers;
    for (const auto& each : document.at("public_jwks").as_object()) {
        const auto key = read_key(each.value(), text(each.value().at("kty")) == "oct");
        BOOST_TEST_REQUIRE(key.has_value());
        verifiers.emplace(std::string(each.key().data(), each.key().size()), crypto::verifier(key->key));
    }
    const core::timestamp now{std::chrono::seconds(document.at("now").as_int64())};
    crypto::token_expectations expected;
    expected.issuer = text(document.at("iss"));
    expected.audience = text(document.at("aud"));
    const auto is_accepted = [&](const test::vector_case& c) {
        const auto token = token_of(c);
        const auto read = crypto::jws::parse(token);
        if (!read || (read->header().contains("typ") && !read->has_type("JWT"))) return false;
        auto& verifier = verifiers.at(c.text("key"));
        BOOST_TEST(test::text(document.at("public_jwks").at(c.text("key")).at("alg")) == c.text("alg"));
        if (!read->is_signed_by(verifier)) return false;
        const auto claims = read->claims();
        if (!claims || crypto::check_registered_claims(*claims, expected, now)) return false;
        return claims->at("sub") == document.at("known_sub");
    };
    std::map<std::string, std::size_t> counted, accepted;
    for (const auto& c : test::read_vectors("jwt/static_tokens.jsonl")) {
        const auto expect = c.text("expect");
        const bool good = is_accepted(c);
        ++counted[expect];
        accepted[expect] += good;
        if (expect != "either") BOOST_TEST(good == (expect == "accept"), c.text("id"));
    }
    BOOST_TEST(counted["accept"] + counted["reject"] + counted["either"] == 208u);
    BOOST_TEST(accepted["accept"] == counted["accept"]);
    BOOST_TEST(accepted["reject"] == 0u);
    BOOST_TEST(counted["accept"] == 14u);
}

BOOST_AUTO_TEST_SUITE_END()
