// Tokens of any bytes, and any header and claims well signed: no crash, and nothing is accepted but what says a user
// and a time to come.
#include "core/text.hpp"
#include "crypto/jwt.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace watchword;

namespace {

constexpr core::timestamp now{std::chrono::seconds(1'800'000'000)};

void check(crypto::hs256_tokens& tokens, const std::string& token)
{
    const auto claims = tokens.verify(token, now);
    if (claims && (claims->public_id.empty() || claims->expires <= now)) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const std::string key(32, 'k');
    static crypto::hs256_tokens tokens{core::secret_string(key)};
    static crypto::hmac_sha256 mac(key);
    const std::string input(reinterpret_cast<const char*>(data), size);
    check(tokens, input);

    const auto middle = std::min(input.find('\n'), input.size());
    const std::string signed_part = core::base64url_encode(input.substr(0, middle)) + "." +
                                    core::base64url_encode(input.substr(std::min(middle + 1, input.size())));
    const auto tag = mac.sign(signed_part);
    check(tokens, signed_part + "." + core::base64url_encode({tag.data(), tag.size()}));

    // What is issued is accepted, whatever the id holds.
    if (!input.empty() && core::is_utf8(input)) {
        const auto issued = tokens.verify(tokens.issue({input, now + std::chrono::seconds(1)}), now);
        if (input.size() < 4096 && (!issued || issued->public_id != input)) std::abort();
    }
    return 0;
}
