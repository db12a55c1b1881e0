#pragma once

#include "accounts/key_rule.hpp"
#include "crypto/sealed_key.hpp"
#include "store/signing_keys.hpp"

namespace watchword::accounts {

// What the row of a key says of its life. Error: key_problem::unknown_algorithm.
core::result<key_life> life_of(const store::signing_key_row&);
core::result<std::vector<key_life>> lives_of(const std::vector<store::signing_key_row>&);

// Its key. Error: key_problem::other_secret.
core::result<crypto::signing_key> open_row(const store::signing_key_row&, const crypto::key_seal&);

store::signing_key_row row_of(const key_life&, std::string sealed);
std::string sealed_text(const crypto::named_signing_key&, const crypto::key_seal&, core::random_source&);

} // namespace watchword::accounts
