#pragma once

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/secret.hpp"
#include "crypto/signature_key.hpp"

#include <string>
#include <string_view>

namespace watchword::crypto {

// Seals private keys, so that who reads a database has none of them: XChaCha20-Poly1305 with a random nonce, under a
// key that is derived from the server's secret. Thread-safe.
class key_seal {
public:
    // Throws std::invalid_argument for a secret that derive_key refuses.
    explicit key_seal(const core::secret_string& secret);

    // Bytes, not text: some 200 for a key without RSA, 2 to 4 thousand for one with. Throws std::invalid_argument for a
    // kid that no JWK may have.
    std::string seal(const named_signing_key&, core::random_source&) const;

    // The key that was sealed under this name. Error: invalid_input for what was sealed with another secret or for
    // another kid, or is not whole, or altered.
    core::result<signing_key> open(std::string_view kid, std::string_view sealed) const;

private:
    core::secret_string key_;
};

} // namespace watchword::crypto
