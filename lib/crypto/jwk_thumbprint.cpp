#include "core/text.hpp"
#include "crypto/jwk.hpp"
#include "crypto/jwk_text.hpp"
#include "crypto/key_derivation.hpp"
#include "crypto/key_material.hpp"

#include <stdexcept>

namespace watchword::crypto {
namespace {

// The members that make the key, in the order of their names (RFC 7638 section 3.2, RFC 8037 section 2).
core::secret_string canonical(const verifying_key& key)
{
    const auto& facts = facts_of(key.algorithm());
    const auto parts = key.parts();
    const auto& secret = key.material().secret;
    jwk_text out(2 * 1024 + 2 * secret.size());
    switch (key.algorithm()) {
    case signature_algorithm::hs256: out.bytes("k", secret.view()).text("kty", facts.type); break;
    case signature_algorithm::es256:
        out.text("crv", facts.curve).text("kty", facts.type).bytes("x", parts.x).bytes("y", parts.y);
        break;
    case signature_algorithm::eddsa: out.text("crv", facts.curve).text("kty", facts.type).bytes("x", parts.x); break;
    case signature_algorithm::rs256:
    case signature_algorithm::ps256: out.bytes("e", parts.e).text("kty", facts.type).bytes("n", parts.n); break;
    }
    return core::secret_string(out.finish());
}

} // namespace

std::string thumbprint(const verifying_key& key)
{
    const auto hashed = hash_of(digest::sha256, canonical(key).view());
    if (!hashed) throw std::runtime_error("OpenSSL cannot compute SHA-256");
    return core::base64url_encode(hashed->view());
}

} // namespace watchword::crypto
