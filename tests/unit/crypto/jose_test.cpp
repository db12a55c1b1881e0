// Keys and tokens go to and fro between this and jose, the library for JavaScript that most of those who will read our
// tokens use.
#include "crypto/access_token.hpp"
#include "support/paths.hpp"
#include "support/process.hpp"
#include "support/temporary_directory.hpp"
#include "test_keys.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace watchword;
using algorithm = crypto::signature_algorithm;
using boost::json::array;
using boost::json::object;
using boost::json::value;

const core::timestamp now{std::chrono::seconds(1'800'000'000)};
const std::string claims_text =
    R"({"iss":"https://accounts.example.test","sub":"u","aud":"api","exp":1800000300,"nbf":1800000000,)"
    R"("iat":1800000000,"jti":"j","sid":"s","auth_time":1799999000,"gen":7,"scope":"profile","roles":["admin"],)"
    R"("amr":["pwd"]})";

std::string text(const value& v)
{
    return {v.as_string().data(), v.as_string().size()};
}

array ask_jose(const std::string& command, const std::string& argument)
{
    const auto done =
        test::run_program({"node", test::source_file("tests/unit/crypto/jose_peer.cjs"), command, argument},
                          {{"NODE_PATH", "/usr/share/nodejs"}}); // where Debian has it
    BOOST_TEST_REQUIRE(done.exit_code == 0, done.errors);
    return boost::json::parse(done.output).as_array();
}

crypto::access_token_verifier verifier_of(const crypto::named_verifying_key& key)
{
    crypto::token_expectations expected;
    expected.issuer = "https://accounts.example.test";
    expected.audience = "api";
    return {std::make_shared<const crypto::verifying_key_set>(std::vector{key}), expected};
}

// Our token with that key, and how jose may look the key up.
object issue(const crypto::named_signing_key& key, const crypto::access_token_claims& claims)
{
    object out;
    const auto alg = key.key.algorithm();
    out["alg"] = value(boost::json::string_view(test::name(alg)));
    out["token"] = value(boost::json::string_view(crypto::access_token_issuer(key).issue(claims).value()));
    if (alg == algorithm::hs256) {
        const auto jwk = crypto::write_private_jwk(key);
        out["jwk"] = boost::json::parse({jwk.view().data(), jwk.size()});
    } else {
        const std::vector<crypto::named_verifying_key> shown = {{key.kid, key.key.verifying()}};
        out["jwks"] = boost::json::parse(crypto::write_jwks(shown));
    }
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(jose)

BOOST_AUTO_TEST_CASE(each_algorithm_works_both_ways)
{
    const auto made = ask_jose("make", claims_text);
    BOOST_TEST_REQUIRE(made.size() == test::all_algorithms.size());
    array ours;
    for (const auto& one : made) {
        const auto name = text(one.at("alg"));
        const auto key = crypto::read_private_jwk(boost::json::serialize(one.at("private")));
        BOOST_TEST_REQUIRE(key.has_value(), name);
        BOOST_TEST(test::name(key->key.algorithm()) == name);
        BOOST_TEST(key->kid == text(one.at("kid")), name << ": the thumbprint");
        if (name != "HS256") {
            const auto shown = crypto::read_public_jwk(boost::json::serialize(one.at("public")));
            BOOST_TEST_REQUIRE(shown.has_value(), name);
            BOOST_TEST(verifier_of(*shown).verify(text(one.at("token")), now).has_value(), name);
        }
        const auto claims = verifier_of({key->kid, key->key.verifying()}).verify(text(one.at("token")), now);
        BOOST_TEST_REQUIRE(claims.has_value(), name);
        BOOST_TEST(claims->subject == "u");
        BOOST_TEST(claims->generation == 7u);
        ours.push_back(issue(*key, *claims));
        ours.push_back(issue({"of-ours", test::new_key(key->key.algorithm())}, *claims));
    }

    const test::temporary_directory directory;
    object question;
    question["issuer"] = "https://accounts.example.test";
    question["audience"] = "api";
    question["now"] = now.time_since_epoch().count();
    question["tokens"] = ours;
    const auto path = directory / "tokens.json";
    test::write_file(path, boost::json::serialize(question));
    const auto answers = ask_jose("judge", path);
    BOOST_TEST(answers.size() == 2 * test::all_algorithms.size());
    for (const auto& answer : answers) {
        const auto* const claims = answer.as_object().if_contains("claims");
        BOOST_TEST(claims != nullptr, answer);
        if (claims) BOOST_TEST((*claims == boost::json::parse(claims_text)), *claims);
    }
}

BOOST_AUTO_TEST_SUITE_END()
