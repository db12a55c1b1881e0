// Signatures of each algorithm, of as much as an access token signs, and access tokens of /v1 as a whole.
#include "crypto/access_token.hpp"
#include "crypto/signature.hpp"
#include "micro/fixed.hpp"
#include "micro/signature_keys.hpp"
#include "micro/subjects/all.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace watchword::micro {
namespace {

using algorithm = crypto::signature_algorithm;

std::string message()
{
    return std::string(500, 'm');
}

repeat sign(algorithm a)
{
    const auto signer = std::make_shared<crypto::signer>(signature_key(a));
    require(crypto::verifier(signer->key().verifying()).verify(message(), signer->sign(message())), "it is not signed");
    return in_a_loop([signer, text = message()] { return signer->sign(text); });
}

repeat verify(algorithm a)
{
    const auto verifier = std::make_shared<crypto::verifier>(signature_key(a).verifying());
    const auto made = crypto::signer(signature_key(a)).sign(message());
    require(verifier->verify(message(), made), "it is not signed");
    return in_a_loop([verifier, text = message(), made] { return verifier->verify(text, made); });
}

crypto::access_token_claims claims()
{
    const auto now = fixed_clock().now();
    crypto::access_token_claims c;
    c.issuer = "https://accounts.example.test";
    c.subject = "0d4f3a52-6a3c-4b7e-9c7e-0d5b8a3f1e21";
    c.audience = "https://api.example.test";
    c.id = "AAECAwQFBgcICQoLDA0ODw";
    c.session_id = "EBESExQVFhcYGRobHB0eHw";
    c.issued = c.not_before = c.authenticated = now;
    c.expires = now + std::chrono::minutes(5);
    c.scope = "profile";
    c.roles = {"admin"};
    c.methods = {"pwd"};
    return c;
}

repeat issue(algorithm a)
{
    const auto issuer = std::make_shared<crypto::access_token_issuer>(crypto::named_signing_key{"k", signature_key(a)});
    require(issuer->issue(claims()).has_value(), "no token is issued");
    return in_a_loop([issuer, said = claims()] { return issuer->issue(said); });
}

repeat check(algorithm a)
{
    const std::vector<crypto::named_verifying_key> keys = {{"k", signature_key(a).verifying()}};
    crypto::token_expectations expected;
    expected.issuer = claims().issuer;
    expected.audience = claims().audience;
    const auto verifier = std::make_shared<crypto::access_token_verifier>(
        std::make_shared<const crypto::verifying_key_set>(keys), std::move(expected));
    const auto token = crypto::access_token_issuer({"k", signature_key(a)}).issue(claims()).value();
    const auto now = fixed_clock().now();
    require(verifier->verify(token, now).has_value(), "a token that is good is refused");
    return in_a_loop([verifier, token, now] { return verifier->verify(token, now); });
}

} // namespace

void add_signatures(subjects& all)
{
    for (const auto a : {algorithm::hs256, algorithm::es256, algorithm::eddsa, algorithm::rs256, algorithm::ps256}) {
        const std::string name(crypto::facts_of(a).name);
        all.push_back({"signature_sign/" + name, [a] { return sign(a); }, 20});
        all.push_back({"signature_verify/" + name, [a] { return verify(a); }, 20});
        all.push_back({"access_token_issue/" + name, [a] { return issue(a); }, 20});
        all.push_back({"access_token_verify/" + name, [a] { return check(a); }, 20});
    }
}

} // namespace watchword::micro
