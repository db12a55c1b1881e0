#include "accounts/known_addresses.hpp"

#include <algorithm>

namespace watchword::accounts {
namespace {

// Of the machine's uptime; comes round in seven years.
std::uint16_t hour_of(known_addresses::time_point t) noexcept
{
    return static_cast<std::uint16_t>(std::chrono::duration_cast<std::chrono::hours>(t.time_since_epoch()).count());
}

std::uint16_t age(std::uint16_t hour, std::uint16_t now) noexcept
{
    return static_cast<std::uint16_t>(now - hour);
}

} // namespace

known_addresses::known_addresses(std::size_t accounts, core::siphash_key secret, std::uint64_t seed)
    : accounts_(accounts, secret), hash_(seed)
{}

void known_addresses::remember(std::string_view email, std::uint64_t account, const core::ip_address& address,
                               time_point time)
{
    const std::uint64_t hash = hash_(core::address_key(address));
    const auto now = hour_of(time);
    const auto used = static_cast<std::uint64_t>(time.time_since_epoch().count());
    accounts_.visit(email, used, [&](places& p) {
        if (p.account != account) p = {};
        p.account = account;
        auto place = std::find(p.address.begin(), p.address.end(), hash);
        if (place == p.address.end()) place = std::find(p.address.begin(), p.address.end(), std::uint64_t(0));
        if (place == p.address.end()) {
            const auto is_older = [now](std::uint16_t a, std::uint16_t b) { return age(a, now) > age(b, now); };
            place = p.address.begin() + (std::min_element(p.hour.begin(), p.hour.end(), is_older) - p.hour.begin());
        }
        *place = hash;
        p.hour[static_cast<std::size_t>(place - p.address.begin())] = now;
    });
}

std::optional<std::uint64_t> known_addresses::find(std::string_view email, const core::ip_address& address,
                                                   time_point time)
{
    const std::uint64_t hash = hash_(core::address_key(address));
    std::optional<std::uint64_t> account;
    accounts_.visit_known(email, [&](const places& p, std::uint64_t) {
        for (std::size_t i = 0; i < most_addresses; ++i)
            if (p.address[i] == hash && age(p.hour[i], hour_of(time)) < longest_age.count()) account = p.account;
    });
    return account;
}

} // namespace watchword::accounts
