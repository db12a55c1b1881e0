#include "crypto/jws.hpp"

#include "core/json.hpp"
#include "core/text.hpp"

#include <boost/json/serialize.hpp>

namespace watchword::crypto {
namespace {

namespace json = boost::json;
using core::view;

// Goes over the members once: looking each of the names up takes longer.
bool is_acceptable(const json::object& header)
{
    bool names_algorithm = false;
    for (const auto& member : header) {
        const std::string_view name(member.key().data(), member.key().size());
        const auto& value = member.value();
        if (name == "crit" || name == "enc") return false;
        if (name == "b64" && !(value.is_bool() && value.get_bool())) return false;
        if ((name == "kid" || name == "alg") && !value.is_string()) return false;
        names_algorithm = names_algorithm || name == "alg";
    }
    return names_algorithm;
}

} // namespace

std::optional<jws_segments> split_jws(std::string_view token)
{
    const auto first = token.find('.');
    if (first == token.npos) return std::nullopt;
    const auto second = token.find('.', first + 1);
    if (second == token.npos || token.find('.', second + 1) != token.npos) return std::nullopt;
    return jws_segments{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
                        token.substr(0, second)};
}

std::optional<json::object> read_json_segment(std::string_view segment)
{
    const auto text = core::base64url_decode(segment);
    if (!text) return std::nullopt;
    auto value = core::parse_json(*text);
    if (!value || !value->is_object()) return std::nullopt;
    return std::move(value->get_object());
}

std::optional<json::object> read_jws_header(std::string_view segment)
{
    auto header = read_json_segment(segment);
    if (!header || !is_acceptable(*header)) return std::nullopt;
    return header;
}

bool has_algorithm(const json::object& header, signature_algorithm a) noexcept
{
    const auto* const named = header.if_contains("alg");
    return named && named->is_string() && view(named->get_string()) == facts_of(a).name;
}

core::result<jws> jws::parse(std::string_view token)
{
    if (token.size() > longest_jws) return core::errc::invalid_token;
    const auto segments = split_jws(token);
    if (!segments) return core::errc::invalid_token;
    auto header = read_jws_header(segments->header);
    if (!header) return core::errc::invalid_token;
    return jws(*segments, std::move(*header));
}

std::optional<std::string_view> jws::kid() const noexcept
{
    const auto* const value = header_.if_contains("kid");
    if (!value) return std::nullopt;
    return view(value->get_string());
}

bool jws::has_type(std::string_view type) const noexcept
{
    constexpr std::string_view application = "application/";
    const auto* const value = header_.if_contains("typ");
    if (!value || !value->is_string()) return false;
    auto said = view(value->get_string());
    if (core::iequals(said.substr(0, application.size()), application)) said.remove_prefix(application.size());
    return core::iequals(said, type);
}

bool jws::is_signed_by(verifier& key) const
{
    if (!has_algorithm(header_, key.key().algorithm())) return false;
    const auto signature = core::base64url_decode(segments_.signature);
    return signature && key.verify(segments_.signed_part, *signature);
}

core::result<std::string> jws::payload() const
{
    auto text = core::base64url_decode(segments_.payload);
    if (!text) return core::errc::invalid_token;
    return text;
}

core::result<json::object> jws::claims() const
{
    auto read = read_json_segment(segments_.payload);
    if (!read) return core::errc::invalid_token;
    return std::move(*read);
}

std::optional<std::string> key_name_of(std::string_view token, std::string_view type)
{
    const auto read = jws::parse(token);
    const auto kid = read && read->has_type(type) ? read->kid() : std::nullopt;
    if (!kid) return std::nullopt;
    return std::string(*kid);
}

std::string jws_header_segment(const named_signing_key& key, std::string_view type)
{
    json::object header;
    header["alg"] = core::json_string(facts_of(key.key.algorithm()).name);
    header["typ"] = core::json_string(type);
    header["kid"] = core::json_string(key.kid);
    return core::base64url_encode(json::serialize(header));
}

std::string sign_jws(std::string_view header_segment, std::string_view payload, signer& key)
{
    std::string token(header_segment);
    token.append(".").append(core::base64url_encode(payload));
    const auto made = core::base64url_encode(key.sign(token));
    return token.append(".").append(made);
}

} // namespace watchword::crypto
