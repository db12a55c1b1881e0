#include "accounts/revocation_state.hpp"

#include <algorithm>

namespace watchword::accounts {
namespace {

constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;

constexpr auto for_ever = revocation_state::time_point::max().time_since_epoch().count();

std::string_view bytes_of(const session_id& id) noexcept
{
    return {id.data(), id.size()};
}

} // namespace

revocation_state::revocation_state(core::siphash_key secret) : secret_(secret), users_(epochs_), sessions_(epochs_) {}

token_marks revocation_state::marks_of(std::string_view public_id, std::uint64_t generation,
                                       const std::optional<session_id>& session, core::timestamp expires) const noexcept
{
    token_marks marks{core::hashed_key::of(public_id, secret_), {}, std::min(generation, highest_generation), expires};
    if (session) marks.session = core::hashed_key::of(bytes_of(*session), secret_);
    return marks;
}

// Between trust's two readings it neither began nor ended, and what was forgotten was not loaded again. `valid`: at the
// time of the user's reading he was not revoked; nor had the session ended, as it had not later, and sessions stay
// ended; nor was anything of this token forgotten, as it was not later. So all held at one time. (The session's reading
// first would not do: it might end, and only then a disabled user be enabled.) `revoked`: it was when that was read.
template <class Now> revocation_state::answer revocation_state::check_at(const token_marks& m, Now now) const
{
    const auto trust = trust_.load(acquire);
    if (trust % 2 != 0) return answer::unknown;
    const auto until = trusted_until_.load(acquire);
    if (until != for_ever && now().time_since_epoch().count() >= until) return answer::unknown;

    std::uint64_t user = 0, session = 0;
    {
        const core::read_epochs::reading reading(epochs_);
        if (m.session) sessions_.prefetch(*m.session);
        user = users_.find(m.user);
        if (m.session) session = sessions_.find(*m.session);
    }
    if (is_forgotten(m.expires) || trust_.load(acquire) != trust) return answer::unknown;
    const bool revoked = user % 2 == disabled || m.generation < user / 2 || session == ended;
    return revoked ? answer::revoked : answer::valid;
}

revocation_state::answer revocation_state::check(const token_marks& m, time_point now) const
{
    return check_at(m, [now] { return now; });
}

revocation_state::answer revocation_state::check(const token_marks& m) const
{
    return check_at(m, std::chrono::steady_clock::now);
}

template <class Change> void revocation_state::change(Change apply)
{
    const std::lock_guard lock(mutex_);
    try {
        apply();
    } catch (...) {
        stop_trusting();
        is_complete_ = false;
        throw;
    }
}

void revocation_state::raise_generation(std::string_view public_id, std::uint64_t generation, core::timestamp until)
{
    change([&] { raise(user_change{public_id, generation, false, until}); });
}

void revocation_state::disable(std::string_view public_id, std::uint64_t generation, core::timestamp until)
{
    change([&] { raise(user_change{public_id, generation, true, until}); });
}

void revocation_state::end_session(const session_id& id, core::timestamp until)
{
    change([&] { raise(ended_session{id, until}); });
}

void revocation_state::load(std::span<const user_change> users)
{
    change([&] { std::for_each(users.begin(), users.end(), [this](const auto& each) { raise(each); }); });
}

void revocation_state::load(std::span<const ended_session> sessions)
{
    change([&] { std::for_each(sessions.begin(), sessions.end(), [this](const auto& each) { raise(each); }); });
}

void revocation_state::raise(const user_change& c)
{
    if (!matters(c.until)) return;
    const bool no_token = c.disabled || c.generation > highest_generation;
    const auto number = std::min(c.generation, highest_generation) * 2 + (no_token ? disabled : 0);
    users_.raise(core::hashed_key::of(c.public_id, secret_), number, c.until);
}

void revocation_state::raise(const ended_session& e)
{
    if (matters(e.until)) sessions_.raise(core::hashed_key::of(bytes_of(e.id), secret_), ended, e.until);
}

bool revocation_state::matters(core::timestamp until) const noexcept
{
    return !is_forgotten(until);
}

bool revocation_state::is_forgotten(core::timestamp expires) const noexcept
{
    return expires.time_since_epoch().count() <= forgotten_until_.load(acquire);
}

void revocation_state::forget_before(core::timestamp now)
{
    {
        const std::lock_guard lock(mutex_);
        if (is_forgotten(now)) return;
        // Before anything is dropped: who does not find it shall see why.
        forgotten_until_.store(now.time_since_epoch().count(), release);
    }
    for (std::size_t shard = 0; shard < core::rising_map::shards; ++shard) {
        const std::lock_guard lock(mutex_); // changes do not wait for all of it
        if (!is_forgotten(now)) return;     // everything is loaded again meanwhile
        users_.forget(shard, now);
        sessions_.forget(shard, now);
    }
}

void revocation_state::distrust()
{
    const std::lock_guard lock(mutex_);
    stop_trusting();
}

void revocation_state::begin_loading()
{
    const std::lock_guard lock(mutex_);
    stop_trusting();
    is_complete_ = true;
    forgotten_until_.store(core::timestamp::min().time_since_epoch().count(), release);
}

bool revocation_state::trust_until(time_point time)
{
    const std::lock_guard lock(mutex_);
    if (!is_complete_) return false;
    trusted_until_.store(time.time_since_epoch().count(), release);
    if (const auto trust = trust_.load(std::memory_order_relaxed); trust % 2 != 0) trust_.store(trust + 1, release);
    return true;
}

void revocation_state::stop_trusting() noexcept
{
    if (const auto trust = trust_.load(std::memory_order_relaxed); trust % 2 == 0) trust_.store(trust + 1, release);
}

revocation_state::figures revocation_state::count() const
{
    const std::lock_guard lock(mutex_);
    const auto maps = users_.bytes() + sessions_.bytes();
    return {users_.size(), sessions_.size(), sizeof(*this) - 2 * sizeof(core::rising_map) + maps};
}

} // namespace watchword::accounts
