#include "crypto/access_token.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "crypto/access_token_claims.hpp"
#include "crypto/jws.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

namespace watchword::crypto {
namespace {

namespace json = boost::json;

constexpr std::string_view type = "at+jwt"; // RFC 9068 section 2.1

std::string header_of(const named_signing_key& key)
{
    const auto name = facts_of(key.key.algorithm()).name;
    json::object header;
    header["alg"] = core::json_string(name);
    header["typ"] = core::json_string(type);
    header["kid"] = core::json_string(key.kid);
    return core::base64url_encode(json::serialize(header));
}

} // namespace

access_token_issuer::access_token_issuer(const named_signing_key& key) : header_(header_of(key)), signer_(key.key) {}

core::result<std::string> access_token_issuer::issue(const access_token_claims& claims)
{
    if (!are_within_limits(claims)) return core::errc::invalid_input;
    auto token = sign_jws(header_, write_claims(claims), signer_);
    if (token.size() > longest_jws) return core::errc::too_large;
    return token;
}

verifying_key_set::verifying_key_set(std::vector<named_verifying_key> keys) : keys_(std::move(keys))
{
    std::set<std::string_view> names;
    for (const auto& key : keys_)
        if (key.kid.empty() || !names.insert(key.kid).second)
            throw std::invalid_argument("each verifying key has a name of its own");
}

std::optional<std::string> key_name_of(std::string_view token)
{
    const auto read = jws::parse(token);
    const auto kid = read && read->has_type(type) ? read->kid() : std::nullopt;
    if (!kid) return std::nullopt;
    return std::string(*kid);
}

access_token_verifier::access_token_verifier(std::shared_ptr<const verifying_key_set> keys, token_expectations expected)
    : expected_(std::move(expected))
{
    if (expected_.leeway.count() < 0 || expected_.leeway > token_expectations::most_leeway)
        throw std::invalid_argument("the leeway of tokens is 0 to 60 seconds");
    if (expected_.issuer.empty() || expected_.audience.empty())
        throw std::invalid_argument("access tokens have an issuer and an audience");
    use(std::move(keys));
}

void access_token_verifier::use(std::shared_ptr<const verifying_key_set> keys)
{
    if (keys == keys_) return;
    std::vector<named_verifier> made;
    made.reserve(keys->keys().size());
    for (const auto& key : keys->keys()) made.push_back({key.kid, verifier(key.key)});
    verifiers_.swap(made);
    keys_ = std::move(keys);
}

verifier* access_token_verifier::find(std::string_view kid) noexcept
{
    const auto is_named = [kid](const named_verifier& v) { return v.kid == kid; };
    const auto found = std::find_if(verifiers_.begin(), verifiers_.end(), is_named);
    return found == verifiers_.end() ? nullptr : &found->judge;
}

core::result<access_token_claims> access_token_verifier::verify(std::string_view token, core::timestamp now)
{
    const auto read = jws::parse(token);
    if (!read || !read->has_type(type)) return core::errc::invalid_token;
    const auto kid = read->kid();
    auto* const key = kid ? find(*kid) : nullptr;
    if (!key || !read->is_signed_by(*key)) return core::errc::invalid_token;

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
