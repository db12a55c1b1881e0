#include "accounts/token_cache.hpp"

#include <algorithm>

namespace watchword::accounts {

token_places::token_places(std::size_t tokens, core::siphash_key secret)
    : secret_{secret.first | 1, secret.second},
      sets_(std::max<std::size_t>(1, (tokens + ways - 1) / ways)),
      labels_(sets_),
      kept_(sets_ * ways)
{}

std::size_t token_places::take(std::string_view token, std::string_view owner)
{
    const auto h = home_of(token);
    const auto owner_hash = core::siphash_64(owner, secret_);
    auto at = find_in(h, token);
    if (at == none) {
        at = choose(h.set, owner_hash);
        kept_[at].token = core::secret_string(token);
        set_label(h, at % ways);
    }
    kept_[at].owner = owner_hash;
    kept_[at].used = ++uses_;
    return at;
}

void token_places::set_label(home h, std::size_t way) noexcept
{
    const auto shift = 8 * way;
    labels_[h.set] = (labels_[h.set] & ~(labels(0xff) << shift)) | labels(h.label) << shift;
}

std::size_t token_places::choose(std::size_t set, std::uint64_t owner) const noexcept
{
    const auto first = set * ways;
    std::size_t least = first, least_of_own = none, own = 0;
    for (auto at = first; at < first + ways; ++at) {
        const auto& k = kept_[at]; // of a free one `used` is 0
        if (k.used < kept_[least].used) least = at;
        if (k.used == 0 || k.owner != owner) continue;
        ++own;
        if (least_of_own == none || k.used < kept_[least_of_own].used) least_of_own = at;
    }
    return own >= most_of_one_owner ? least_of_own : least;
}

} // namespace watchword::accounts
