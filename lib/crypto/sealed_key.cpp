#include "crypto/sealed_key.hpp"

#include "crypto/hmac.hpp"
#include "crypto/jwk.hpp"
#include "crypto/sealed_bytes.hpp"

#include <utility>

namespace watchword::crypto {
namespace {

// Nothing else is derived from the secret by this name.
constexpr std::string_view purpose = "watchword sealed signing keys 1";

} // namespace

key_seal::key_seal(const core::secret_string& secret) : key_(derive_key(secret, purpose)) {}

std::string key_seal::seal(const named_signing_key& key, core::random_source& random) const
{
    const core::stack_wipe wipe;
    const auto plain = write_private_jwk(key);
    return seal_bytes(key_, plain.view(), key.kid, random);
}

core::result<signing_key> key_seal::open(std::string_view kid, std::string_view sealed) const
{
    const core::stack_wipe wipe;
    const auto plain = open_bytes(key_, sealed, kid);
    if (!plain) return plain.error();
    auto read = read_private_jwk(plain->view());
    if (!read || read->kid != kid) return core::errc::invalid_input;
    return std::move(read->key);
}

} // namespace watchword::crypto
