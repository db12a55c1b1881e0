#include "crypto/jwt.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "crypto/jws.hpp"
#include "crypto/registered_claims.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <optional>

namespace watchword::crypto {
namespace {

namespace json = boost::json;

constexpr std::string_view header_text = R"({"alg":"HS256","typ":"JWT"})";

std::optional<access_claims> read_claims(const json::object& claims, core::timestamp now)
{
    const auto seconds = static_cast<double>(now.time_since_epoch().count());
    const auto expires = numeric_date(claims.if_contains("exp"));
    if (!expires || !(*expires > seconds)) return std::nullopt;
    if (!is_past_or_absent(claims, "nbf", seconds) || !is_past_or_absent(claims, "iat", seconds)) return std::nullopt;
    if (claims.contains("aud")) return std::nullopt; // nobody is meant here by it (RFC 7519 section 4.1.3)
    const auto* const id = claims.if_contains("public_id");
    if (!id || !id->is_string() || id->get_string().empty()) return std::nullopt;
    // A fraction of a second more is still valid during that second's start.
    return access_claims{std::string(core::view(id->get_string())), round_up(*expires)};
}

std::string write_claims(const access_claims& claims)
{
    return "{\"public_id\":" + json::serialize(core::json_string(claims.public_id)) +
           ",\"exp\":" + std::to_string(claims.expires.time_since_epoch().count()) + "}";
}

} // namespace

std::string hs256_tokens::issue(const access_claims& claims)
{
    static const std::string header = core::base64url_encode(header_text);
    std::string token = header + "." + core::base64url_encode(write_claims(claims));
    const auto tag = mac_.sign(token);
    token.append(".").append(core::base64url_encode({tag.data(), tag.size()}));
    return token;
}

core::result<access_claims> hs256_tokens::verify(std::string_view token, core::timestamp now)
{
    if (token.size() > longest_token) return core::errc::invalid_token;
    const auto parts = split_jws(token);
    if (!parts) return core::errc::invalid_token;
    const auto signature = core::base64url_decode(parts->signature);
    if (!signature) return core::errc::invalid_token;
    const auto expected = mac_.sign(parts->signed_part);
    if (!core::equal_in_constant_time(*signature, {expected.data(), expected.size()})) return core::errc::invalid_token;

    const auto header = read_jws_header(parts->header);
    if (!header || !has_algorithm(*header, signature_algorithm::hs256)) return core::errc::invalid_token;
    const auto payload = read_json_segment(parts->payload);
    if (!payload) return core::errc::invalid_token;
    auto claims = read_claims(*payload, now);
    if (!claims) return core::errc::invalid_token;
    return std::move(*claims);
}

keyed_token_issuer::keyed_token_issuer(const named_signing_key& key)
    : header_(jws_header_segment(key, tutorial_token_type)), signer_(key.key)
{}

std::string keyed_token_issuer::issue(const access_claims& claims)
{
    return sign_jws(header_, write_claims(claims), signer_);
}

core::result<access_claims> keyed_token_verifier::verify(std::string_view token, core::timestamp now)
{
    const auto read = jws::parse(token);
    if (!read || !read->has_type(tutorial_token_type) || !keys_.accept(*read)) return core::errc::invalid_token;
    const auto said = read->claims();
    auto claims = said ? read_claims(*said, now) : std::nullopt;
    if (!claims) return core::errc::invalid_token;
    return std::move(*claims);
}

} // namespace watchword::crypto
