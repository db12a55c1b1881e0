#include "crypto/jwk.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "crypto/jwk_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace watchword::crypto {
namespace {

namespace json = boost::json;
using core::view;

constexpr std::array<std::string_view, 8> private_members = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

const json::value* find(const json::object& jwk, std::string_view name)
{
    return jwk.if_contains({name.data(), name.size()});
}

// Nothing if it is not there, or no text.
std::optional<std::string_view> text_of(const json::object& jwk, std::string_view name)
{
    const auto* const value = find(jwk, name);
    if (!value || !value->is_string()) return std::nullopt;
    return view(value->get_string());
}

bool read(const json::object& jwk, std::string_view name, std::string& to)
{
    const auto text = text_of(jwk, name);
    if (!text) return false;
    auto bytes = core::base64url_decode(*text);
    if (!bytes) return false;
    to = std::move(*bytes);
    return true;
}

bool read(const json::object& jwk, std::string_view name, core::secret_string& to)
{
    std::string bytes;
    const bool good = read(jwk, name, bytes);
    to = core::secret_string(std::move(bytes));
    return good;
}

// Of those that the algorithm has.
bool read_all(const json::object& jwk, signature_algorithm a, public_parts& to)
{
    switch (a) {
    case signature_algorithm::hs256: return true;
    case signature_algorithm::es256: return read(jwk, "x", to.x) && read(jwk, "y", to.y);
    case signature_algorithm::eddsa: return read(jwk, "x", to.x);
    case signature_algorithm::rs256:
    case signature_algorithm::ps256: return read(jwk, "n", to.n) && read(jwk, "e", to.e);
    }
    return false;
}

bool read_all(const json::object& jwk, signature_algorithm a, private_parts& to)
{
    switch (a) {
    case signature_algorithm::hs256: return read(jwk, "k", to.k);
    case signature_algorithm::es256:
    case signature_algorithm::eddsa: return read(jwk, "d", to.d);
    case signature_algorithm::rs256:
    case signature_algorithm::ps256:
        return read(jwk, "d", to.d) && read(jwk, "p", to.p) && read(jwk, "q", to.q) && read(jwk, "dp", to.dp) &&
               read(jwk, "dq", to.dq) && read(jwk, "qi", to.qi);
    }
    return false;
}

// The one that the key says itself, or that it is said to have, or that its curve leaves.
core::result<signature_algorithm> algorithm_of(const json::object& jwk, std::optional<signature_algorithm> as)
{
    const auto type = text_of(jwk, "kty");
    if (!type) return core::errc::invalid_input;
    if (!is_key_type(*type)) return core::errc::unsupported;
    const auto curve = text_of(jwk, "crv");
    const bool has_curve = *type == "EC" || *type == "OKP";
    if (has_curve && !curve) return core::errc::invalid_input;
    const auto only = has_curve ? find_algorithm(*type, *curve) : std::nullopt;
    if (has_curve && !only) return core::errc::unsupported;

    std::optional<signature_algorithm> chosen = as ? as : only;
    if (const auto* const said = find(jwk, "alg")) {
        if (!said->is_string()) return core::errc::invalid_input;
        chosen = find_algorithm(view(said->get_string()));
        if (!chosen) return core::errc::unsupported;
        if (as && *as != *chosen) return core::errc::invalid_input;
    }
    if (!chosen || facts_of(*chosen).type != *type || (only && *only != *chosen)) return core::errc::invalid_input;
    return *chosen;
}

// Whether `use` and `key_ops` (RFC 7517 sections 4.2 and 4.3), if they are there, let the key do that.
bool is_for(const json::object& jwk, std::string_view operation)
{
    if (find(jwk, "use") && text_of(jwk, "use") != "sig") return false;
    const auto* const operations = find(jwk, "key_ops");
    if (!operations) return true;
    if (!operations->is_array()) return false;
    unsigned signs = 0, verifies = 0;
    for (const auto& one : operations->get_array()) {
        if (!one.is_string()) return false;
        const auto name = view(one.get_string());
        if (name != "sign" && name != "verify") return false;
        ++(name == "sign" ? signs : verifies);
    }
    if (signs > 1 || verifies > 1) return false;
    return operation == "sign" ? signs == 1 : verifies == 1;
}

// What can be said of a key before its numbers are looked at.
struct description {
    signature_algorithm algorithm;
    std::string kid; // empty if it has none
};

core::result<description> describe(const json::object& jwk, std::string_view operation,
                                   std::optional<signature_algorithm> as)
{
    const auto algorithm = algorithm_of(jwk, as);
    if (!algorithm) return algorithm.error();
    if (!is_for(jwk, operation)) return core::errc::invalid_input;
    if (!find(jwk, "kid")) return description{*algorithm, {}};
    const auto kid = text_of(jwk, "kid");
    if (!kid || !is_kid(*kid)) return core::errc::invalid_input;
    return description{*algorithm, std::string(*kid)};
}

std::string name_of(const description& d, const verifying_key& key)
{
    return d.kid.empty() ? thumbprint(key) : d.kid;
}

bool has_private_member(const json::object& jwk)
{
    return std::any_of(private_members.begin(), private_members.end(),
                       [&jwk](std::string_view name) { return find(jwk, name) != nullptr; });
}

} // namespace

core::result<named_verifying_key> read_public_jwk(std::string_view text, std::optional<signature_algorithm> as)
{
    if (text.size() > longest_jwk) return core::errc::too_large;
    const auto document = core::parse_json(text);
    if (!document || !document->is_object()) return core::errc::invalid_input;
    const auto& jwk = document->get_object();
    const auto described = describe(jwk, "verify", as);
    if (!described) return described.error();
    if (has_private_member(jwk)) return core::errc::invalid_input;

    public_parts parts;
    if (!read_all(jwk, described->algorithm, parts)) return core::errc::invalid_input;
    auto key = verifying_key::load(described->algorithm, parts);
    if (!key) return key.error();
    return named_verifying_key{name_of(*described, *key), *key};
}

core::result<named_signing_key> read_private_jwk(std::string_view text, std::optional<signature_algorithm> as)
{
    if (text.size() > longest_jwk) return core::errc::too_large;
    const core::stack_wipe wipe;
    const auto document = core::parse_secret_json(text);
    if (!document || !document->is_object()) return core::errc::invalid_input;
    const auto& jwk = document->get_object();
    const auto described = describe(jwk, "sign", as);
    if (!described) return described.error();
    if (find(jwk, "oth")) return core::errc::unsupported;

    public_parts parts;
    private_parts secret;
    if (!read_all(jwk, described->algorithm, parts) || !read_all(jwk, described->algorithm, secret))
        return core::errc::invalid_input;
    auto key = signing_key::load(described->algorithm, parts, secret);
    if (!key) return key.error();
    return named_signing_key{name_of(*described, key->verifying()), *key};
}

} // namespace watchword::crypto
