// Tokens of any bytes, and any header and claims well signed: no crash, nothing is accepted but what was signed by a
// key of the set, and whatever is accepted can be issued again and says the same.
#include "core/text.hpp"
#include "crypto/access_token.hpp"
#include "crypto/jwk.hpp"
#include "crypto/jws.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace watchword;

namespace {

constexpr core::timestamp now{std::chrono::seconds(1'800'000'000)};

void require(bool good)
{
    if (!good) std::abort();
}

// RFC 8037 appendix A.1.
crypto::signing_key known_key()
{
    return crypto::read_private_jwk(R"({"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",)"
                                    R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})")
        .value()
        .key;
}

crypto::access_token_verifier make_verifier(const crypto::signing_key& key)
{
    std::vector<crypto::named_verifying_key> keys = {{"k", key.verifying()}};
    crypto::token_expectations expected;
    expected.issuer = "i";
    expected.audience = "a";
    return {std::make_shared<const crypto::verifying_key_set>(std::move(keys)), std::move(expected)};
}

bool are_equal(const crypto::access_token_claims& a, const crypto::access_token_claims& b)
{
    return a.issuer == b.issuer && a.subject == b.subject && a.audience == b.audience && a.id == b.id &&
           a.session_id == b.session_id && a.expires == b.expires && a.not_before == b.not_before &&
           a.issued == b.issued && a.authenticated == b.authenticated && a.generation == b.generation &&
           a.scope == b.scope && a.roles == b.roles && a.methods == b.methods;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto key = known_key();
    static auto verifier = make_verifier(key);
    static crypto::signer signer(key);
    static crypto::access_token_issuer issuer({"k", key});
    const std::string input(reinterpret_cast<const char*>(data), size);

    if (const auto read = crypto::jws::parse(input)) {
        require(input.size() <= crypto::longest_jws && std::count(input.begin(), input.end(), '.') == 2);
        if (const auto payload = read->payload()) require(payload->size() < input.size());
    }
    // Nobody but this program has the key, whose signatures are as the message has them.
    if (verifier.verify(input, now)) {
        const auto last = input.rfind('.');
        require(core::base64url_encode(signer.sign(input.substr(0, last))) == input.substr(last + 1));
    }

    const auto middle = std::min(input.find('\n'), input.size());
    const auto header = core::base64url_encode(input.substr(0, middle));
    const auto forged = crypto::sign_jws(header, input.substr(std::min(middle + 1, input.size())), signer);
    const auto claims = verifier.verify(forged, now);
    if (!claims) return 0;
    require(claims->expires > now && claims->issued <= now && claims->not_before <= now && !claims->subject.empty());
    const auto issued = issuer.issue(*claims);
    require(issued || issued.error() == core::errc::too_large);
    if (!issued) return 0;
    const auto again = verifier.verify(*issued, now);
    require(again && are_equal(*again, *claims));
    return 0;
}
