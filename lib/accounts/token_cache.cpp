#include "accounts/token_cache.hpp"

#include <algorithm>
#include <cstring>

namespace watchword::accounts {

token_places::token_places(std::size_t tokens, core::siphash_key secret)
    : secret_{secret.first | 1, secret.second},
      labels_(std::max<std::size_t>(1, (tokens + ways - 1) / ways)),
      kept_(labels_.size() * ways)
{}

token_places::home token_places::home_of(std::string_view token) const noexcept
{
    // The end of a token is its signature: as good as random for every token that was accepted.
    std::uint64_t tail = 0, before = 0;
    std::memcpy(&tail, token.data() + token.size() - 8, 8);
    std::memcpy(&before, token.data() + token.size() - 16, 8);
    const std::uint64_t mixed = (tail ^ (before * 0x9E3779B97F4A7C15u)) * secret_.first;
    const auto label = static_cast<std::uint32_t>(mixed >> 32);
    return {static_cast<std::size_t>((std::uint64_t(label) * labels_.size()) >> 32), label};
}

std::size_t token_places::find_in(home h, std::string_view token) const noexcept
{
    const auto& of_set = labels_[h.set];
    for (std::size_t way = 0; way < ways; ++way)
        if (of_set[way] == h.label)
            if (const auto at = h.set * ways + way; core::equal_in_constant_time(kept_[at].token.view(), token))
                return at;
    return none;
}

std::size_t token_places::find(std::string_view token) noexcept
{
    if (!may_keep(token)) return none;
    const auto at = find_in(home_of(token), token);
    if (at != none) kept_[at].used = ++uses_;
    return at;
}

std::size_t token_places::take(std::string_view token, std::string_view owner)
{
    const auto h = home_of(token);
    const auto owner_hash = core::siphash_64(owner, secret_);
    auto at = find_in(h, token);
    if (at == none) {
        at = choose(h.set, owner_hash);
        kept_[at].token = core::secret_string(token);
        labels_[h.set][at % ways] = h.label;
    }
    kept_[at].owner = owner_hash;
    kept_[at].used = ++uses_;
    return at;
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
