// Stored hashes of any bytes: no crash; what parses as ours is the one spelling of what it says.
#include "crypto/phc.hpp"
#include "crypto/werkzeug.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace watchword;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto phc = crypto::parse_argon2id(text); phc && crypto::format_argon2id(*phc) != text) std::abort();
    const auto hash = crypto::parse_werkzeug(text);
    if (!hash) return 0;
    // Only what is cheap is computed.
    const bool cheap = hash->method == crypto::werkzeug_hash::method::pbkdf2
                           ? hash->iterations <= 100
                           : hash->n <= 64 && hash->r <= 8 && hash->p <= 2;
    if (cheap && !crypto::derive(*hash, "password")) std::abort();
    return 0;
}
