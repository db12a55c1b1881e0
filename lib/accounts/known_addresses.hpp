#pragma once

#include "core/bounded_table.hpp"
#include "core/network.hpp"
#include "core/siphash.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace watchword::accounts {

// From where accounts were signed in to lately: of each the last four addresses, for 30 days, in bounded memory. An
// account takes up one place whatever it does, so that nobody makes the table forget others with an account of his own.
// Thread-safe.
class known_addresses {
public:
    using time_point = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::hours longest_age{30 * 24};

    // For at least so many accounts. `secret` and `seed` come from a random source. std::bad_alloc.
    known_addresses(std::size_t accounts, core::siphash_key secret, std::uint64_t seed);

    // `account`, a hash of its public id, was signed in to as `email`, spelled so.
    void remember(std::string_view email, std::uint64_t account, const core::ip_address&, time_point now);
    // The account that was signed in to as `email` from that address (of IPv6: from its /64).
    std::optional<std::uint64_t> find(std::string_view email, const core::ip_address&, time_point now);

private:
    static constexpr std::size_t most_addresses = 4;
    struct places {
        std::uint64_t account;
        std::array<std::uint64_t, most_addresses> address;
        std::array<std::uint16_t, most_addresses> hour; // of the last time
    };

    core::bounded_table<places> accounts_;
    const core::address_hash hash_;
};

} // namespace watchword::accounts
