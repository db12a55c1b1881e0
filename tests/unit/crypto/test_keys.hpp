#pragma once

#include "core/random.hpp"
#include "crypto/jwk.hpp"
#include "support/vectors.hpp"

#include <array>
#include <string>
#include <vector>

// One key for each algorithm, out of the RFCs.
namespace watchword::test {

inline constexpr std::array all_algorithms = {crypto::signature_algorithm::hs256, crypto::signature_algorithm::es256,
                                              crypto::signature_algorithm::eddsa, crypto::signature_algorithm::rs256,
                                              crypto::signature_algorithm::ps256};

// RFC 7515 appendix A.3.1
inline const std::string ec_jwk = R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                                  R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",)"
                                  R"("d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"})";
// RFC 8037 appendix A.1
inline const std::string ed_jwk = R"({"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",)"
                                  R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
// RFC 7515 appendix A.1.1
inline const std::string oct_jwk =
    R"({"kty":"oct","alg":"HS256",)"
    R"("k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})";

// RFC 7520 section 3.4
inline std::string rsa_jwk()
{
    return read_file(shared_path("vectors/jwt/jose-cookbook/jwk/3_4.rsa_private_key.json"));
}

inline std::string jwk_of(crypto::signature_algorithm a)
{
    switch (a) {
    case crypto::signature_algorithm::hs256: return oct_jwk;
    case crypto::signature_algorithm::es256: return ec_jwk;
    case crypto::signature_algorithm::eddsa: return ed_jwk;
    case crypto::signature_algorithm::rs256:
    case crypto::signature_algorithm::ps256: break;
    }
    return rsa_jwk();
}

inline const crypto::signing_key& key_of(crypto::signature_algorithm a)
{
    static const auto keys = [] {
        std::vector<crypto::signing_key> all; // in the order of their algorithms
        for (const auto each : all_algorithms) all.push_back(crypto::read_private_jwk(jwk_of(each), each).value().key);
        return all;
    }();
    return keys.at(static_cast<std::size_t>(a));
}

inline crypto::signing_key new_key(crypto::signature_algorithm a)
{
    core::system_random random;
    return crypto::signing_key::generate(a, random);
}

inline std::string name(crypto::signature_algorithm a)
{
    return std::string(crypto::facts_of(a).name);
}

} // namespace watchword::test
