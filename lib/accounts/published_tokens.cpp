#include "accounts/published_tokens.hpp"

namespace watchword::accounts {

published_tokens::published_tokens(key_ring& k, core::workers& signing, const core::clock& c)
    : keys_(k), clock_(c), signer_(k, signing, c), verifying_([] { return verifying(); })
{}

core::task<core::result<std::string>> published_tokens::issue(crypto::access_claims claims)
{
    auto text = co_await signer_.sign(claims);
    co_return text;
}

std::uint64_t published_tokens::keys_seen()
{
    auto& mine = verifying_.local();
    if (const auto keys = keys_.current(); keys->verifying() != mine.seen) {
        mine.keys.use(keys->verifying());
        mine.seen = keys->verifying();
        ++mine.changes;
    }
    return mine.changes;
}

core::task<core::result<crypto::access_claims>> published_tokens::verify(std::string_view token)
{
    const auto reloaded = co_await keys_.reload_if_changed();
    if (!reloaded && reloaded.error().category() == core::category()) co_return reloaded.error();
    const auto seen = keys_seen();
    auto claims = crypto::verify_keyed_token(token, verifying_.local().keys, clock_.now());
    if (claims) co_return claims;

    // Its key may have been made a moment ago, and not been heard of yet.
    const auto kid = crypto::key_name_of(token, crypto::tutorial_token_type);
    if (!kid) co_return core::errc::invalid_token;
    const auto looked = co_await keys_.look_for(*kid);
    if (!looked && looked.error().category() == core::category()) co_return looked.error();
    if (keys_seen() == seen) co_return core::errc::invalid_token;
    co_return crypto::verify_keyed_token(token, verifying_.local().keys, clock_.now());
}

} // namespace watchword::accounts
