#pragma once

#include "core/clock.hpp"

#include <algorithm>
#include <chrono>

namespace watchword::accounts {

// How the tutorial's tokens, which say nothing but whose they are and when they expire, are revoked: those that expire
// until a time of their user are. A change sets the time so far ahead that no token from before expires later, and
// tokens from after it, if need be, a second later than that. Thread-safe.
//
// The change must be durable within `margin` of its beginning, or be made again: whoever has proved a password
// meanwhile, before anybody could know of the change, must not get a token that outlives it. A token from before
// outlives a change only if tokens.lifetime has been lowered since it was issued, or a clock set back.
struct tutorial_tokens {
    static constexpr std::chrono::seconds margin{2};

    std::chrono::seconds longest{1800}; // that one lives, by any clock of several servers

    core::timestamp revoked_until(core::precise_timestamp change) const noexcept
    {
        return second_of(change) + longest + margin;
    }
    // Whether that holds for a change that was found durable at `now`.
    static bool was_in_time(core::precise_timestamp change, core::timestamp now) noexcept
    {
        return now >= second_of(change) && now <= second_of(change) + margin;
    }
    // When a token expires for a password that was proved no sooner than `begun`; `revoked` is what was found then.
    static core::timestamp expiry(core::timestamp begun, std::chrono::seconds lifetime,
                                  core::timestamp revoked) noexcept
    {
        return std::max(begun + lifetime, revoked + std::chrono::seconds(1));
    }

    // Of a token that is issued right after a change.
    static constexpr std::chrono::seconds longest_life(std::chrono::seconds lifetime) noexcept
    {
        return lifetime + margin + std::chrono::seconds(1);
    }

private:
    static core::timestamp second_of(core::precise_timestamp t) noexcept
    {
        return std::chrono::floor<std::chrono::seconds>(t);
    }
};

} // namespace watchword::accounts
