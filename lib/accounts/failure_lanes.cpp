#include "accounts/failure_lanes.hpp"

#include <algorithm>

namespace watchword::accounts {
namespace {

using std::chrono::milliseconds;

std::uint64_t count(milliseconds time) noexcept
{
    return static_cast<std::uint64_t>(time.count());
}

std::uint64_t since_epoch(failure_lanes::time_point t) noexcept
{
    return count(std::chrono::duration_cast<milliseconds>(t.time_since_epoch()));
}

// Those not wholly forgiven.
std::uint64_t failures_left(std::uint64_t forgiven_at, const lane_rules& r, std::uint64_t now) noexcept
{
    if (forgiven_at <= now) return 0;
    const auto each = count(r.forgiven_after());
    return (forgiven_at - now + each - 1) / each;
}

// What a lane is worth: until when something is left in it, and above all whether it is to be kept.
constexpr std::uint64_t kept = std::uint64_t(1) << 63;

void set_time(std::uint64_t& worth, std::uint64_t forgiven_at) noexcept
{
    worth = (worth & kept) | forgiven_at;
}

} // namespace

milliseconds lane_rules::delay_after(std::uint64_t failures) const noexcept
{
    if (failures <= free_failures) return milliseconds(0);
    constexpr std::uint64_t most_doublings = 30;
    const auto doublings = std::min(failures - free_failures - 1, most_doublings);
    return std::min<milliseconds>(milliseconds(1000) * (std::int64_t(1) << doublings), longest_delay);
}

milliseconds lane_rules::forgiven_after() const noexcept
{
    return std::max<milliseconds>(std::chrono::hours(1), 4 * longest_delay);
}

std::uint64_t lane_rules::most_failures() const noexcept
{
    constexpr std::uint64_t beyond_the_longest_delay = 4; // so that it holds though one is forgiven now and then
    std::uint64_t failures = free_failures;
    while (delay_after(failures) < longest_delay) ++failures;
    return failures + beyond_the_longest_delay;
}

failure_lanes::failure_lanes(std::size_t lanes, core::siphash_key secret) : lanes_(lanes, secret) {}

failure_lanes::answer failure_lanes::begin(std::string_view name, const lane_rules& rules, time_point time)
{
    const auto now = since_epoch(time);
    return lanes_.visit_by_worth(name, [&](lane& l, std::uint64_t& worth) {
        answer a;
        a.failures = failures_left(l.forgiven_at, rules, now);
        const auto delay = count(rules.delay_after(a.failures));
        if (delay > 0 && now < l.last + delay) {
            a.wait = milliseconds(l.last + delay - now);
        } else {
            const auto each = count(rules.forgiven_after());
            const auto before = std::max(l.forgiven_at, now);
            const auto after = std::max(before, std::min(before + each, now + rules.most_failures() * each));
            a.made = {after - before, l.last, now};
            l = {after, now};
            a.failures = failures_left(after, rules, now);
        }
        set_time(worth, l.forgiven_at);
        return a;
    });
}

void failure_lanes::give_back(std::string_view name, const charge& c)
{
    lanes_.visit_known(name, [&](lane& l, std::uint64_t& worth) {
        l.forgiven_at -= std::min(l.forgiven_at, c.added);
        if (l.last == c.at) l.last = c.before; // the delay it began is over, too
        set_time(worth, l.forgiven_at);
    });
}

void failure_lanes::keep(std::string_view name)
{
    lanes_.visit_known(name, [](lane&, std::uint64_t& worth) { worth |= kept; });
}

} // namespace watchword::accounts
