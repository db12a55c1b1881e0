#include "accounts/revocations.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <vector>

namespace watchword::accounts {

std::optional<session_id> read_session_id(std::string_view text)
{
    session_id id;
    const auto bytes = core::base64url_decode(text);
    if (!bytes || bytes->size() != id.size()) return std::nullopt;
    std::memcpy(id.data(), bytes->data(), id.size());
    return id;
}

revocations::revocations(const lifetimes& l, const core::clock& c, core::random_source& r)
    : lifetimes_(l), clock_(c), state_(core::random_value<core::siphash_key>(r))
{
    // Complete as it is: no token is known, and the database is asked about each of them once.
    state_.begin_loading();
    state_.trust_until(revocation_state::time_point::max());
}

void revocations::raise(latest& l, core::timestamp time) noexcept
{
    const auto wanted = time.time_since_epoch().count();
    auto last = l.load();
    while (last < wanted && !l.compare_exchange_weak(last, wanted)) {
    }
}

void revocations::revoke(const ended_sessions& e)
{
    const auto now = clock_.now();
    const auto access_until = std::max(time_of(last_access_), now + lifetimes_.access);
    const auto until = std::max({access_until, time_of(last_tutorial_), now + lifetimes_.tutorial});
    std::vector<ended_session> ended;
    for (const auto& text : e.ids)
        if (const auto id = read_session_id(text)) ended.push_back({*id, access_until});
    state_.load(ended);
    if (e.why == end_reason::deleted) {
        state_.disable(e.public_id, revocation_state::highest_generation, until);
    } else if (e.generation && e.why == end_reason::disabled) {
        state_.disable(e.public_id, *e.generation, until);
    } else if (e.generation) {
        state_.raise_generation(e.public_id, *e.generation, until);
    } else {
        return;
    }
    user_changes_.fetch_add(1, std::memory_order_release);
}

void revocations::sessions_ended(const ended_sessions& e) noexcept
{
    ended_[static_cast<std::size_t>(e.why)].fetch_add(e.ids.size(), std::memory_order_relaxed);
    try {
        revoke(e);
    } catch (const std::exception&) { // there is no memory
        outcome_unknown();
        // What is missing is in the database, which is asked from now on.
        state_.begin_loading();
        state_.trust_until(revocation_state::time_point::max());
    }
}

void revocations::forget_expired()
{
    state_.forget_before(clock_.now());
}

} // namespace watchword::accounts
