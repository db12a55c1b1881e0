// Keys of any text: no crash, no error left to others, and what is accepted works, and is written and read back.
#include "crypto/jwk.hpp"
#include "crypto/signature.hpp"

#include <openssl/err.h>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

using namespace watchword;
using algorithm = crypto::signature_algorithm;

namespace {

void require(bool good)
{
    if (!good) std::abort();
}

void check_public(std::string_view text, std::optional<algorithm> as)
{
    const auto read = crypto::read_public_jwk(text, as);
    if (!read) return;
    require(!as || read->key.algorithm() == *as);
    require(read->key.algorithm() != algorithm::hs256);
    require(!crypto::verifier(read->key).verify("message", text));
    const auto written = crypto::write_public_jwk(*read);
    const auto again = crypto::read_public_jwk(written);
    require(again && again->kid == read->kid && crypto::write_public_jwk(*again) == written);
}

void check_private(std::string_view text, std::optional<algorithm> as)
{
    const auto read = crypto::read_private_jwk(text, as);
    if (!read) return;
    require(!as || read->key.algorithm() == *as);
    crypto::verifier verifier(read->key.verifying());
    require(verifier.verify("message", crypto::signer(read->key).sign("message")));
    const auto written = crypto::write_private_jwk(*read);
    const auto again = crypto::read_private_jwk(written.view());
    require(again && again->kid == read->kid && crypto::write_private_jwk(*again).view() == written.view());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const std::optional<algorithm> as : {std::optional<algorithm>(), std::optional(algorithm::ps256)}) {
        check_public(text, as);
        check_private(text, as);
    }
    require(::ERR_peek_error() == 0);
    return 0;
}
