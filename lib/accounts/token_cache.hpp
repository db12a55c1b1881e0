#pragma once

#include "core/secret.hpp"
#include "core/siphash.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace watchword::accounts {

// How tokens were checked, since the start: by what a cache knew, or the slow way. A value.
struct token_uses {
    std::uint64_t known = 0, slow = 0;
};

// Where in a token_cache things are, without their values: sets of eight places, in one of which a token is kept.
class token_places {
public:
    static constexpr std::size_t ways = 8;
    // What a token's owner may have of a set. So the tokens of one user, however many, take up at most a quarter of the
    // cache, and push out of a set at most two of others'.
    static constexpr std::size_t most_of_one_owner = 2;
    static constexpr std::size_t shortest_kept = 16, longest_kept = 2048;
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    token_places(std::size_t tokens, core::siphash_key secret);

    std::size_t size() const noexcept { return kept_.size(); }
    static bool may_keep(std::string_view token) noexcept
    {
        return token.size() >= shortest_kept && token.size() <= longest_kept;
    }

    // The place of a token, or `none`. Tells by the whole token, in constant time.
    std::size_t find(std::string_view token) noexcept
    {
        if (!may_keep(token)) return none;
        const auto at = find_in(home_of(token), token);
        if (at != none) kept_.data()[at].used = ++uses_;
        return at;
    }
    // Its place from now on: where it is, or where the least recently used of its set was, of the owner's own if he has
    // as many as he may. The token may be kept.
    std::size_t take(std::string_view token, std::string_view owner);

private:
    struct kept {
        core::secret_string token; // empty: the place is free
        std::uint64_t owner = 0;   // a hash
        std::uint64_t used = 0;    // when, in finds and takes
    };
    struct home {
        std::size_t set; // below sets_
        std::uint8_t label;
    };
    // A byte of a hash for each way, so that few tokens have to be compared.
    using labels = std::uint64_t;
    static constexpr labels lowest_bits = 0x0101010101010101, highest_bits = lowest_bits << 7;

    home home_of(std::string_view token) const noexcept
    {
        // The end of a token is its signature: as good as random for every token that was accepted.
        std::uint64_t tail = 0, before = 0;
        std::memcpy(&tail, token.data() + token.size() - 8, 8);
        std::memcpy(&before, token.data() + token.size() - 16, 8);
        const std::uint64_t mixed = ((tail ^ (before * 0x9E3779B97F4A7C15u)) * secret_.first) >> 32;
        return {static_cast<std::size_t>((mixed * sets_) >> 32), static_cast<std::uint8_t>(mixed)};
    }

    // The highest bit of each way that has the label, and now and then of one that has not. All are compared at once:
    // which it is, no processor would guess.
    static labels ways_with(labels of_set, std::uint8_t label) noexcept
    {
        const labels different = of_set ^ (label * lowest_bits);
        return (different - lowest_bits) & ~different & highest_bits;
    }

    std::size_t find_in(home h, std::string_view token) const noexcept
    {
        const auto* const of_set = kept_.data() + h.set * ways;
        for (auto left = ways_with(labels_.data()[h.set], h.label); left != 0; left &= left - 1) {
            const auto way = static_cast<std::size_t>(std::countr_zero(left)) / 8;
            if (core::equal_in_constant_time(of_set[way].token.view(), token)) return h.set * ways + way;
        }
        return none;
    }

    void set_label(home, std::size_t way) noexcept;
    std::size_t choose(std::size_t set, std::uint64_t owner) const noexcept;

    const core::siphash_key secret_; // nobody can aim tokens at one set, or learn one from timing
    const std::size_t sets_;
    std::vector<labels> labels_;
    std::vector<kept> kept_;
    std::uint64_t uses_ = 0;
};

// What one thread remembers of tokens it has verified. Only who has verified a token puts it in, and what is not found
// changes nothing, so bad tokens push out none. Takes at most token_places::longest_kept + 100 bytes and a Value for
// each token. One thread.
template <class Value> class token_cache {
public:
    // For at least so many tokens. `secret` comes from a random source.
    token_cache(std::size_t tokens, core::siphash_key secret) : places_(tokens, secret), values_(places_.size()) {}

    // What is known of exactly that token, until the next put(); null if nothing is.
    const Value* find(std::string_view token) noexcept
    {
        const auto place = places_.find(token);
        return place != token_places::none ? values_.data() + place : nullptr;
    }

    // The token was verified and is its owner's. Does nothing for one that is too long to be kept.
    void put(std::string_view token, std::string_view owner, Value value)
    {
        if (token_places::may_keep(token)) values_[places_.take(token, owner)] = std::move(value);
    }

private:
    token_places places_;
    std::vector<Value> values_;
};

} // namespace watchword::accounts
