#include "micro/revocations.hpp"

#include "micro/fixed.hpp"
#include "micro/service.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace watchword::micro {
namespace {

constexpr std::size_t span_size = 4096;

std::uint64_t mixed(std::uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

// Calls `load(first, last)` for all numbers below `count`.
template <class Load> void in_spans(std::size_t count, Load load)
{
    for (std::size_t first = 0; first < count; first += span_size) load(first, std::min(count, first + span_size));
}

} // namespace

accounts::session_id session_id(std::size_t number)
{
    const std::uint64_t words[]{mixed(number + 1), mixed(~std::uint64_t(number))};
    accounts::session_id id;
    static_assert(sizeof words == sizeof id);
    std::memcpy(id.data(), words, sizeof words);
    return id;
}

core::timestamp end_of_revocations()
{
    return fixed_clock().now() + std::chrono::hours(1);
}

void load_users(accounts::revocation_state& to, std::size_t count)
{
    std::vector<std::string> names(span_size);
    std::vector<accounts::user_change> users;
    in_spans(count, [&](std::size_t first, std::size_t last) {
        users.clear();
        for (auto i = first; i < last; ++i)
            users.push_back({names[i - first] = public_id(i), 1, false, end_of_revocations()});
        to.load(std::span<const accounts::user_change>(users));
    });
}

void load_sessions(accounts::revocation_state& to, std::size_t count)
{
    std::vector<accounts::ended_session> sessions;
    in_spans(count, [&](std::size_t first, std::size_t last) {
        sessions.clear();
        for (auto i = first; i < last; ++i) sessions.push_back({session_id(i), end_of_revocations()});
        to.load(std::span<const accounts::ended_session>(sessions));
    });
}

} // namespace watchword::micro
