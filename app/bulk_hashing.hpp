#pragma once

#include "core/random.hpp"
#include "core/secret.hpp"
#include "crypto/password.hpp"

#include <span>
#include <string>
#include <vector>

namespace watchword::app {

// Hashes many passwords at once, on as many threads as the hasher has slots. In the order of the passwords; empty for
// an empty one. Throws what hashing throws. The hasher must not be in use otherwise.
std::vector<std::string> hash_all(crypto::password_hasher&, std::size_t slots,
                                  std::span<const core::secret_string> passwords, core::random_source&);

} // namespace watchword::app
