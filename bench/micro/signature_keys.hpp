#pragma once

#include "crypto/signature_key.hpp"

namespace watchword::micro {

// The same in each run, out of the RFCs; RSA has 2,048 bits. One thread.
const crypto::signing_key& signature_key(crypto::signature_algorithm);

} // namespace watchword::micro
