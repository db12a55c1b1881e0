#include "crypto/jwk.hpp"
#include "crypto/jwk_text.hpp"

#include <stdexcept>
#include <utility>

namespace watchword::crypto {
namespace {

// Bytes that the names and public numbers of a key have at most, and the private ones of RSA.
constexpr std::size_t longest_public = 3 * 1024, longest_rsa = 4 * 1024;

void require_kid(std::string_view kid)
{
    if (!is_kid(kid)) throw std::invalid_argument("no key may have this name");
}

void add_public(jwk_text& to, const verifying_key& key)
{
    const auto& facts = facts_of(key.algorithm());
    const auto parts = key.parts();
    to.text("kty", facts.type);
    if (!facts.curve.empty()) to.text("crv", facts.curve);
    if (!parts.x.empty()) to.bytes("x", parts.x);
    if (!parts.y.empty()) to.bytes("y", parts.y);
    if (!parts.n.empty()) to.bytes("n", parts.n).bytes("e", parts.e);
}

void add_private(jwk_text& to, const private_parts& parts)
{
    const std::pair<std::string_view, const core::secret_string*> all[] = {
        {"d", &parts.d},   {"p", &parts.p},   {"q", &parts.q}, {"dp", &parts.dp},
        {"dq", &parts.dq}, {"qi", &parts.qi}, {"k", &parts.k},
    };
    for (const auto& [name, value] : all)
        if (!value->empty()) to.bytes(name, value->view());
}

void add_names(jwk_text& to, signature_algorithm algorithm, std::string_view kid)
{
    to.text("alg", facts_of(algorithm).name).text("use", "sig").escaped("kid", kid);
}

} // namespace

std::string write_public_jwk(const named_verifying_key& key)
{
    require_kid(key.kid);
    if (key.key.algorithm() == signature_algorithm::hs256) throw std::invalid_argument("HS256 has no public keys");
    jwk_text out(longest_public);
    add_public(out, key.key);
    add_names(out, key.key.algorithm(), key.kid);
    return out.finish();
}

core::secret_string write_private_jwk(const named_signing_key& key)
{
    require_kid(key.kid);
    const core::stack_wipe wipe;
    const auto parts = key.key.parts();
    jwk_text out(longest_public + longest_rsa + 2 * parts.k.size());
    add_public(out, key.key.verifying());
    add_private(out, parts);
    add_names(out, key.key.algorithm(), key.kid);
    return core::secret_string(out.finish());
}

std::string write_jwks(std::span<const named_verifying_key> keys)
{
    std::string out = "{\"keys\":[";
    for (const auto& key : keys) {
        if (key.key.algorithm() == signature_algorithm::hs256) continue;
        if (out.back() != '[') out.append(",");
        out.append(write_public_jwk(key));
    }
    return out.append("]}");
}

} // namespace watchword::crypto
