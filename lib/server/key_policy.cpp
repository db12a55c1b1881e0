#include "server/key_policy.hpp"

#include "accounts/tutorial_tokens.hpp"

#include <algorithm>
#include <stdexcept>

namespace watchword::server {
namespace {

crypto::signature_algorithm algorithm_of(settings::tokens_group::signature s)
{
    using signature = settings::tokens_group::signature;
    switch (s) {
    case signature::es256: return crypto::signature_algorithm::es256;
    case signature::eddsa: return crypto::signature_algorithm::eddsa;
    case signature::rs256: return crypto::signature_algorithm::rs256;
    case signature::ps256: return crypto::signature_algorithm::ps256;
    }
    throw std::logic_error("an algorithm that no setting names");
}

} // namespace

accounts::key_policy key_policy(const settings::tokens_group& t)
{
    if (t.rotation.count() != 0 && t.rotation <= t.publish_ahead)
        throw std::runtime_error("tokens.rotation must be longer than tokens.publish_ahead, or 0");
    auto longest = t.access_lifetime;
    if (t.tutorial_algorithm == settings::tokens_group::tutorial_signature::as_v1)
        longest = std::max(longest, accounts::tutorial_tokens::longest_life(t.lifetime));
    return {algorithm_of(t.algorithm), t.rotation, t.publish_ahead, longest + t.clock_skew};
}

} // namespace watchword::server
