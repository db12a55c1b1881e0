#pragma once

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/secret.hpp"

#include <string>
#include <string_view>

// XChaCha20-Poly1305 with a random nonce: what is sealed so can neither be read nor altered without the key.
// Thread-safe.
namespace watchword::crypto {

// Bytes, not text: 41 more than `plain`. Whoever opens them must know `name`, too, which is not kept in them. Throws
// std::invalid_argument for a key that does not have the 32 bytes of derive_key().
std::string seal_bytes(const core::secret_string& key, std::string_view plain, std::string_view name,
                       core::random_source&);

// What was sealed. Error: invalid_input for what was sealed with another key or under another name, or is not whole, or
// altered. Throws as seal_bytes().
core::result<core::secret_string> open_bytes(const core::secret_string& key, std::string_view sealed,
                                             std::string_view name);

} // namespace watchword::crypto
