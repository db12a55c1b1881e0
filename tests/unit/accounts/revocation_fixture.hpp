#pragma once

#include "accounts/revocation_state.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

// A revocation state, and short ways to ask it.
namespace watchword::test {

using state = accounts::revocation_state;
using answer = state::answer;

inline constexpr core::timestamp start{std::chrono::seconds(1'800'000'000)};
inline constexpr core::timestamp early = start + std::chrono::hours(1), late = start + std::chrono::hours(2);

// The same for the same number.
inline accounts::session_id session(std::size_t number)
{
    accounts::session_id id{};
    for (std::size_t i = 0; number != 0; ++i, number /= 256) id[i] = static_cast<char>(number % 256);
    return id;
}

struct revocation_fixture {
    static constexpr state::time_point now{std::chrono::hours(1)};
    state revocations{core::siphash_key{1, 2}};

    revocation_fixture()
    {
        revocations.begin_loading();
        revocations.trust_until(state::time_point::max());
    }

    answer ask(std::string_view user, std::uint64_t generation, const std::optional<accounts::session_id>& s = {},
               core::timestamp expires = early)
    {
        return revocations.check(revocations.marks_of(user, generation, s, expires), now);
    }
    bool is_valid(std::string_view user, std::uint64_t generation, const std::optional<accounts::session_id>& s = {},
                  core::timestamp expires = early)
    {
        return ask(user, generation, s, expires) == answer::valid;
    }
};

} // namespace watchword::test

// For BOOST_TEST.
namespace watchword::accounts {

inline std::ostream& boost_test_print_type(std::ostream& out, revocation_state::answer a)
{
    constexpr std::array names{"valid", "revoked", "unknown"};
    return out << names[static_cast<std::size_t>(a)];
}

} // namespace watchword::accounts
