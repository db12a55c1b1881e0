#include "accounts/refresh_chain.hpp"

#include <algorithm>

namespace watchword::accounts {
namespace {

refresh_chain after_first_use(refresh_chain chain, std::uint64_t number, core::precise_timestamp now)
{
    // Of the numbers between, if there are any, nobody knows any more when; not later than this.
    const auto steps =
        static_cast<std::size_t>(std::min<std::uint64_t>(number - chain.counter, refresh_chain::remembered));
    auto& uses = chain.first_uses;
    std::shift_right(uses.begin(), uses.end(), static_cast<std::ptrdiff_t>(steps));
    std::fill_n(uses.begin(), steps, now);
    chain.counter = number;
    return chain;
}

} // namespace

presented present(const refresh_chain& chain, std::uint64_t number, core::precise_timestamp now,
                  std::chrono::milliseconds grace) noexcept
{
    if (number > chain.counter) return {presentation::first_use, after_first_use(chain, number, now)};
    if (number == chain.counter) return {presentation::repetition, chain};
    const std::uint64_t successor = chain.counter - number - 1; // its place in first_uses
    const bool is_fresh = successor < refresh_chain::remembered && now - chain.first_uses[successor] <= grace;
    return {is_fresh ? presentation::repetition : presentation::theft, chain};
}

} // namespace watchword::accounts
