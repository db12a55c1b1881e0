#pragma once

#include "core/secret.hpp"
#include "core/siphash.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
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
    std::size_t find(std::string_view token) noexcept;
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
    using labels = std::array<std::uint32_t, ways>; // hashes, so that few tokens have to be compared

    home home_of(std::string_view token) const noexcept;
    std::size_t find_in(home, std::string_view token) const noexcept;
    std::size_t choose(std::size_t set, std::uint64_t owner) const noexcept;

    const core::siphash_key secret_; // nobody can aim tokens at one set, or learn one from timing
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
