#include "crypto/access_token.hpp"

#include "crypto/access_token_claims.hpp"
#include "crypto/jws.hpp"

#include <stdexcept>
#include <utility>

namespace watchword::crypto {

access_token_issuer::access_token_issuer(const named_signing_key& key)
    : header_(jws_header_segment(key, access_token_type)), signer_(key.key)
{}

core::result<std::string> access_token_issuer::issue(const access_token_claims& claims)
{
    if (!are_within_limits(claims)) return core::errc::invalid_input;
    auto token = sign_jws(header_, write_claims(claims), signer_);
    if (token.size() > longest_jws) return core::errc::too_large;
    return token;
}

access_token_verifier::access_token_verifier(std::shared_ptr<const verifying_key_set> keys, token_expectations expected)
    : keys_(std::move(keys)), expected_(std::move(expected))
{
    if (expected_.leeway.count() < 0 || expected_.leeway > token_expectations::most_leeway)
        throw std::invalid_argument("the leeway of tokens is 0 to 60 seconds");
    if (expected_.issuer.empty() || expected_.audience.empty())
        throw std::invalid_argument("access tokens have an issuer and an audience");
}

core::result<access_token_claims> access_token_verifier::verify(std::string_view token, core::timestamp now)
{
    const auto read = jws::parse(token);
    if (!read || !read->has_type(access_token_type)) return core::errc::invalid_token;
    if (!keys_.accept(*read)) return core::errc::invalid_token;

    const auto said = read->claims();
    if (!said) return core::errc::invalid_token;
    const auto wrong = check_registered_claims(*said, expected_, now);
    if (wrong && wrong != core::errc::expired_token) return wrong;
    auto claims = read_claims(*said, expected_.audience);
    if (!claims || !are_within_limits(*claims)) return core::errc::invalid_token;
    if (wrong) return wrong;
    return std::move(*claims);
}

} // namespace watchword::crypto
