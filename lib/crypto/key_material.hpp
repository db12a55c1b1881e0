#pragma once

#include "core/secret.hpp"
#include "crypto/openssl_pointers.hpp"
#include "crypto/signature_algorithm.hpp"

namespace watchword::crypto {

// What signature_key.hpp's keys share. For lib/crypto alone.
struct key_material {
    signature_algorithm algorithm;
    pkey_pointer pkey;          // of all but HS256
    core::secret_string secret; // of HS256
};

} // namespace watchword::crypto
