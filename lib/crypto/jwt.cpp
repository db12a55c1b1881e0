#include "crypto/jwt.hpp"

#include "core/json.hpp"
#include "core/text.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <optional>

namespace watchword::crypto {
namespace {

namespace json = boost::json;

constexpr std::string_view header_text = R"({"alg":"HS256","typ":"JWT"})";

struct segments {
    std::string_view header, payload, signature;
    std::string_view signed_part; // header.payload
};

std::optional<segments> split(std::string_view token)
{
    const auto first = token.find('.');
    if (first == token.npos) return std::nullopt;
    const auto second = token.find('.', first + 1);
    if (second == token.npos || token.find('.', second + 1) != token.npos) return std::nullopt;
    return segments{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
                    token.substr(0, second)};
}

std::optional<json::object> read_object(std::string_view segment)
{
    const auto text = core::base64url_decode(segment);
    if (!text) return std::nullopt;
    auto value = core::parse_json(*text);
    if (!value || !value->is_object()) return std::nullopt;
    return std::move(value->get_object());
}

bool is_acceptable_header(const json::object& header)
{
    const auto* const algorithm = header.if_contains("alg");
    if (!algorithm || !algorithm->is_string() || algorithm->get_string() != "HS256") return false;
    if (header.contains("crit")) return false; // RFC 7515 section 4.1.11: no extension is understood
    if (const auto* const b64 = header.if_contains("b64"); b64 && *b64 != json::value(true)) return false;
    if (const auto* const kid = header.if_contains("kid"); kid && !kid->is_string()) return false;
    return true;
}

// A NumericDate (RFC 7519 section 2); nothing if the value is no number.
std::optional<double> number(const json::value& v)
{
    if (v.is_int64()) return static_cast<double>(v.get_int64());
    if (v.is_uint64()) return static_cast<double>(v.get_uint64());
    if (v.is_double()) return v.get_double();
    return std::nullopt;
}

// Whether a claim that is there is a date no later than `now`.
bool is_past_or_absent(const json::object& claims, std::string_view name, double now)
{
    const auto* const value = claims.if_contains({name.data(), name.size()});
    if (!value) return true;
    const auto date = number(*value);
    return date && *date <= now;
}

// Far enough for any use, and exact in every type that holds it.
constexpr double latest = 253402300799.0; // 9999-12-31T23:59:59Z

std::optional<access_claims> read_claims(const json::object& claims, core::timestamp now)
{
    const auto seconds = static_cast<double>(now.time_since_epoch().count());
    const auto* const exp = claims.if_contains("exp");
    const auto expires = exp ? number(*exp) : std::nullopt;
    if (!expires || !(*expires > seconds)) return std::nullopt;
    if (!is_past_or_absent(claims, "nbf", seconds) || !is_past_or_absent(claims, "iat", seconds)) return std::nullopt;
    if (claims.contains("aud")) return std::nullopt; // nobody is meant here by it (RFC 7519 section 4.1.3)
    const auto* const id = claims.if_contains("public_id");
    if (!id || !id->is_string() || id->get_string().empty()) return std::nullopt;
    const auto whole = static_cast<std::int64_t>(std::min(*expires, latest));
    // A fraction of a second more is still valid during that second's start.
    const std::int64_t rounded = static_cast<double>(whole) < std::min(*expires, latest) ? whole + 1 : whole;
    return access_claims{std::string(id->get_string().data(), id->get_string().size()),
                         core::timestamp(std::chrono::seconds(rounded))};
}

} // namespace

std::string hs256_tokens::issue(const access_claims& claims)
{
    static const std::string header = core::base64url_encode(header_text);
    const json::string id(claims.public_id.data(), claims.public_id.size());
    const std::string payload = "{\"public_id\":" + json::serialize(id) +
                                ",\"exp\":" + std::to_string(claims.expires.time_since_epoch().count()) + "}";
    std::string token = header + "." + core::base64url_encode(payload);
    const auto tag = mac_.sign(token);
    token.append(".").append(core::base64url_encode({tag.data(), tag.size()}));
    return token;
}

core::result<access_claims> hs256_tokens::verify(std::string_view token, core::timestamp now)
{
    if (token.size() > longest_token) return core::errc::invalid_token;
    const auto parts = split(token);
    if (!parts) return core::errc::invalid_token;
    const auto signature = core::base64url_decode(parts->signature);
    if (!signature) return core::errc::invalid_token;
    const auto expected = mac_.sign(parts->signed_part);
    if (!core::equal_in_constant_time(*signature, {expected.data(), expected.size()})) return core::errc::invalid_token;

    const auto header = read_object(parts->header);
    if (!header || !is_acceptable_header(*header)) return core::errc::invalid_token;
    const auto payload = read_object(parts->payload);
    if (!payload) return core::errc::invalid_token;
    auto claims = read_claims(*payload, now);
    if (!claims) return core::errc::invalid_token;
    return std::move(*claims);
}

} // namespace watchword::crypto
