#pragma once

#include "core/secret.hpp"
#include "core/siphash.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace watchword::accounts {

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
        if (at != none) kept_[at].used = ++uses_;
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
        std::size_t set;
        std::uint32_t label;
    };
    // Hashes, so that few tokens have to be compared.
    struct alignas(32) labels {
        std::array<std::uint32_t, ways> of{};
    };

    home home_of(std::string_view token) const noexcept
    {
        // The end of a token is its signature: as good as random for every token that was accepted.
        std::uint64_t tail = 0, before = 0;
        std::memcpy(&tail, token.data() + token.size() - 8, 8);
        std::memcpy(&before, token.data() + token.size() - 16, 8);
        const std::uint64_t mixed = (tail ^ (before * 0x9E3779B97F4A7C15u)) * secret_.first;
        const auto label = static_cast<std::uint32_t>(mixed >> 32);
        return {static_cast<std::size_t>((std::uint64_t(label) * sets_) >> 32), label};
    }

    // A bit for each way that has the label. All are compared at once: which one it is, no processor would guess.
    static std::uint32_t ways_with(const labels& l, std::uint32_t label) noexcept
    {
        constexpr std::array<std::uint32_t, ways> bits{1, 2, 4, 8, 16, 32, 64, 128};
        std::uint32_t found = 0;
        for (std::size_t way = 0; way < ways; ++way) found |= l.of[way] == label ? bits[way] : 0;
        return found;
    }

    std::size_t find_in(home h, std::string_view token) const noexcept
    {
        for (auto left = ways_with(labels_[h.set], h.label); left != 0; left &= left - 1)
            if (const auto at = h.set * ways + static_cast<std::size_t>(std::countr_zero(left));
                core::equal_in_constant_time(kept_[at].token.view(), token))
                return at;
        return none;
    }

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
        return place != token_places::none ? &values_[place] : nullptr;
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
