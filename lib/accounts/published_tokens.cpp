#include "accounts/published_tokens.hpp"

#include <memory>
#include <utility>

namespace watchword::accounts {

published_tokens::published_tokens(key_ring& k, core::workers& signing, const core::clock& c)
    : keys_(k),
      signer_(k, signing, c),
      verifier_(k, c, crypto::keyed_token_verifier(std::make_shared<const crypto::verifying_key_set>()))
{}

core::task<core::result<std::string>> published_tokens::issue(crypto::access_claims claims)
{
    auto text = co_await signer_.sign(claims);
    co_return text;
}

core::task<core::result<crypto::access_claims>> published_tokens::verify(std::string_view token)
{
    auto found = co_await verifier_.verify(token);
    if (!found) co_return found.error();
    co_return std::move(found->claims);
}

} // namespace watchword::accounts
