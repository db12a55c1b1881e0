#pragma once

#include "accounts/client.hpp"
#include "accounts/device_proofs.hpp"
#include "accounts/failure_lanes.hpp"
#include "accounts/known_addresses.hpp"
#include "core/error.hpp"
#include "core/once_a_second.hpp"
#include "core/random.hpp"
#include "store/users.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace watchword::accounts {

class sign_in_guard;

// One attempt to sign in, and its charge, which it gives back when it goes without having failed: also when its
// coroutine is cancelled or ends by an exception. Moved, not copied. One thread at a time; the guard must outlive it.
class sign_in_attempt {
public:
    sign_in_attempt() = default; // nobody's, and never refused
    sign_in_attempt(sign_in_attempt&&) noexcept;
    sign_in_attempt& operator=(sign_in_attempt&&) noexcept;
    ~sign_in_attempt();

    // Tells which account the address is of, null if of none; call it before the password is judged. Error: throttled.
    core::result<void> meet(const store::user*);
    // How it ended: no error; wrong_password or not_found, which are failures; any other error: nothing was judged.
    void settle(const core::error_code&);

private:
    friend class sign_in_guard;
    // What the client may be known by, if the account turns out to be that one.
    struct claim {
        std::uint64_t account;
        std::string lane;
    };

    void give_back() noexcept;

    sign_in_guard* guard_ = nullptr; // null: settled
    std::string email_;
    std::optional<core::ip_address> address_;
    std::vector<claim> claims_;
    std::optional<std::uint64_t> account_; // hash of the public id, once it is met
    std::string user_;                     // his public id, once he is met
    std::string lane_;                     // that was charged; empty: none yet
    failure_lanes::charge charge_;
    bool begins_delays_ = false; // of that lane, if it fails
};

// Slows down guesses at an account's password without locking its owner out.
//
// Strangers share one lane for each account: for all spellings of its address, and for addresses that nobody has, too.
// `free_failures` of theirs cost nothing; the next begins delays that each further one doubles, from 1 s to
// `longest_delay`, and whoever comes too soon is refused at once. With the defaults 23 guesses are judged in the first
// hour and 4 in each later one; in any h hours at most 19 + 4h. A failure is forgiven in an hour, then the next.
//
// Who has signed in to the account before has lanes of his own, with five times as many free failures, which strangers
// cannot use up: one for each device cookie, token and address. Who has failed too often in those is a stranger. A
// thief of a cookie or token has one lane more than other strangers, so 63 guesses in the first hour and 4 in each
// later one; so have those who share an address with an owner.
//
// NIST SP 800-63B-4, section 3.2.2, wants a password disabled after 100 consecutive failures, by which anybody could
// lock anybody out. Here strangers need more than 20 hours for 100, and then have 96 a day; fewer with a longer
// `longest_delay`.
//
// Attempts are charged before they are judged. A password that is right, or could not be judged, takes its charge back;
// success forgives nothing else, or an owner who signs in every day would give guesses to strangers. What is
// remembered is this process's, and forgotten when it ends.
// Thread-safe. Everything referred to must outlive it.
class sign_in_guard {
public:
    using time_point = failure_lanes::time_point;

    struct settings {
        std::uint32_t free_failures = 10;
        std::chrono::seconds longest_delay{900};
        std::size_t accounts = 131'072; // about which something is remembered at a time: 4 MiB of lanes, 8 of addresses
        std::function<time_point()> now = std::chrono::steady_clock::now;
    };

    sign_in_guard(settings, device_proofs&, core::random_source&);

    // Before anything is done for an attempt. `email`: UTF-8, at most 1,024 bytes. Strangers are charged now, others
    // when their account is met. Error: throttled.
    core::result<sign_in_attempt> begin(std::string_view email, const client&);

private:
    friend class sign_in_attempt;
    using claim = sign_in_attempt::claim;

    std::uint64_t account_hash(std::string_view public_id) const noexcept;
    std::vector<claim> claims_of(std::string_view email, const client&);
    bool try_lane(sign_in_attempt&, std::string_view lane, const lane_rules&, std::chrono::milliseconds& least_wait);
    core::result<void> charge(sign_in_attempt&);
    void log_delays(std::string_view user);

    const settings settings_;
    const lane_rules strangers_, known_;
    device_proofs& proofs_;
    const core::siphash_key account_key_;
    failure_lanes lanes_;
    known_addresses addresses_;
    core::once_a_second lines_;
};

} // namespace watchword::accounts
