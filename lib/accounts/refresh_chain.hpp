#pragma once

#include "core/clock.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

// The rule that decides what becomes of a refresh token that is presented. Pure: no database, no clock. Thread-safe.
namespace watchword::accounts {

// The refresh tokens of a session have numbers from 1 on; the answer to token n is its successor, token n + 1, whenever
// it is asked. What is known of those that were presented:
struct refresh_chain {
    static constexpr std::size_t remembered = 8;

    std::uint64_t counter = 0; // the highest number that was presented; 0: none was
    // When number counter, counter - 1, … was presented for the first time.
    std::array<core::precise_timestamp, remembered> first_uses{};

    friend bool operator==(const refresh_chain&, const refresh_chain&) = default;
};

enum class presentation {
    first_use,  // the chain has changed, and must be durable before the successor is told
    repetition, // the same successor again; nothing has changed
    theft,      // two hold the session's tokens: it must end
};

struct presented {
    presentation outcome;
    refresh_chain chain; // as it is from now on
};

// Somebody presents the token with that number, which must be one that was issued: its MAC is right, and it is from 1
// to crypto::refresh_token::last_number. `grace`: for how long after its successor was first used a token is still
// answered.
// A repetition of the newest token is one at any time: who never got the answer has nothing else to show. An older one,
// whose successor somebody has used, is a repetition if that was at most `grace` ago (requests that were delayed, tabs
// that asked at once) and the successor is among the last eight; otherwise it is a theft. A number that leaves some out
// is a first use: those were issued and presented, but the database has lost it (the failover of a server that had not
// been told to wait for its standby). A time in the future, from a clock that was wrong or another node's, is not long
// ago.
presented present(const refresh_chain&, std::uint64_t number, core::precise_timestamp now,
                  std::chrono::milliseconds grace) noexcept;

} // namespace watchword::accounts
