#include "accounts/key_rule.hpp"

#include "accounts/key_problem.hpp"

#include <algorithm>
#include <utility>

namespace watchword::accounts {
namespace {

using core::precise_timestamp;

constexpr precise_timestamp retired{};

bool may_sign(const key_life& k, precise_timestamp now) noexcept
{
    return verifies(k, now) && now < k.signs_until;
}

// Changes a copy of the keys, and tells what it has come to.
class planner {
public:
    planner(std::span<const key_life> keys, const key_policy& p, precise_timestamp now)
        : before_(keys), after_(keys.begin(), keys.end()), policy_(p), now_(now)
    {}

    // Of those that may sign, the one that does so last; null.
    key_life* last()
    {
        key_life* found = nullptr;
        for (auto& k : after_) {
            if (!may_sign(k, now_)) continue;
            if (found == nullptr ||
                std::pair(found->signs_until, found->signs_from) < std::pair(k.signs_until, k.signs_from))
                found = &k;
        }
        return found;
    }

    // Which has not begun yet, and follows another one.
    key_life* waiting()
    {
        key_life* const k = last();
        return k != nullptr && k->signs_from > now_ && find_signing_key(after_, now_) != k ? k : nullptr;
    }

    key_life* find(std::string_view kid)
    {
        const auto found = std::find_if(after_.begin(), after_.end(), [kid](const auto& k) { return k.kid == kid; });
        return found == after_.end() ? nullptr : &*found;
    }

    // A token that it has signed may be good for so long afterwards.
    void end_signing(key_life& k, precise_timestamp at)
    {
        k.signs_until = at;
        const auto last_needed = at + std::max(policy_.longest_lifetime, k.longest_lifetime) + key_margin;
        k.verifies_until = k.verifies_until == never ? last_needed : std::max(k.verifies_until, last_needed);
    }

    void end_others(const key_life* except, precise_timestamp at)
    {
        for (auto& k : after_)
            if (&k != except && may_sign(k, now_) && k.signs_until > at) end_signing(k, at);
    }

    void add_key(precise_timestamp signs_from)
    {
        end_others(nullptr, signs_from);
        plan_.new_key_signs_from = signs_from;
    }

    void start_now(key_life& k)
    {
        k.signs_from = now_;
        end_others(&k, now_);
    }

    void keep_up_with_lifetime()
    {
        for (auto& k : after_) {
            if (!may_sign(k, now_)) continue;
            k.longest_lifetime = std::max(k.longest_lifetime, policy_.longest_lifetime);
            if (k.signs_until != never) end_signing(k, k.signs_until);
        }
    }

    void forget_old()
    {
        for (const auto& k : after_) {
            const bool ended = !verifies(k, now_);
            if (ended && now_ - std::max(k.signs_until, k.verifies_until) >= key_memory) plan_.removed.push_back(k.kid);
        }
    }

    void retire(key_life& k)
    {
        k.signs_until = std::min(k.signs_until, now_);
        k.verifies_until = retired;
    }

    const std::vector<key_life>& keys() const noexcept { return after_; }

    key_plan finish()
    {
        for (std::size_t i = 0; i < after_.size(); ++i)
            if (after_[i] != before_[i]) plan_.changed.push_back(after_[i]);
        return std::move(plan_);
    }

private:
    const std::span<const key_life> before_;
    std::vector<key_life> after_;
    const key_policy& policy_;
    const precise_timestamp now_;
    key_plan plan_;
};

// When the key that signs last is to stop; nothing: nobody knows yet.
std::optional<precise_timestamp> planned_end(const key_life& k, const key_policy& p)
{
    if (k.signs_until != never) return k.signs_until;
    if (p.rotation.count() == 0) return std::nullopt;
    return k.signs_from + p.rotation;
}

} // namespace

bool verifies(const key_life& k, precise_timestamp now) noexcept
{
    return now < k.verifies_until;
}

const key_life* find_signing_key(std::span<const key_life> keys, precise_timestamp now) noexcept
{
    const key_life *signing = nullptr, *next = nullptr;
    for (const auto& k : keys) {
        if (!may_sign(k, now)) continue;
        const auto order = std::pair(k.signs_from, std::string_view(k.kid));
        if (k.signs_from <= now) {
            if (signing == nullptr || order > std::pair(signing->signs_from, std::string_view(signing->kid)))
                signing = &k;
        } else if (next == nullptr || order < std::pair(next->signs_from, std::string_view(next->kid))) {
            next = &k;
        }
    }
    return signing != nullptr ? signing : next;
}

key_state state_of(const key_life& k, std::span<const key_life> all, precise_timestamp now) noexcept
{
    if (k.verifies_until == retired) return key_state::retired;
    if (!verifies(k, now)) return key_state::ended;
    const key_life* const signing = find_signing_key(all, now);
    if (signing != nullptr && signing->kid == k.kid) return key_state::signing;
    return now < k.signs_from ? key_state::waiting : key_state::verifying;
}

std::string_view name_of(key_state s) noexcept
{
    switch (s) {
    case key_state::waiting: return "waiting";
    case key_state::signing: return "signing";
    case key_state::verifying: return "verifying";
    case key_state::ended: return "ended";
    case key_state::retired: return "retired";
    }
    return "unknown";
}

key_plan plan_rotation(std::span<const key_life> keys, const key_policy& policy, precise_timestamp now, occasion when)
{
    planner p(keys, policy, now);
    p.forget_old();
    p.keep_up_with_lifetime();
    key_life* const last = p.last();
    if (last == nullptr) {
        p.add_key(now);
    } else if (last->signs_from <= now) {
        const auto earliest = now + policy.publish_ahead;
        const auto end = planned_end(*last, policy);
        if (end && *end <= earliest) {
            p.end_signing(*last, earliest);
            p.add_key(earliest);
        } else if (last->signs_until != never) {
            p.add_key(last->signs_until);
        } else if (when == occasion::start && last->algorithm != policy.algorithm) {
            p.add_key(earliest);
        }
    }
    return p.finish();
}

key_plan plan_lifetime(std::span<const key_life> keys, const key_policy& policy, precise_timestamp now)
{
    planner p(keys, policy, now);
    p.keep_up_with_lifetime();
    return p.finish();
}

core::result<key_plan> plan_new_key(std::span<const key_life> keys, const key_policy& policy, precise_timestamp now,
                                    key_start when)
{
    planner p(keys, policy, now);
    if (p.waiting() != nullptr) return key_problem::waiting;
    const bool is_first = p.last() == nullptr;
    p.add_key(is_first || when == key_start::at_once ? now : now + policy.publish_ahead);
    return p.finish();
}

core::result<key_plan> plan_early_start(std::span<const key_life> keys, const key_policy& policy, precise_timestamp now)
{
    planner p(keys, policy, now);
    key_life* const next = p.waiting();
    if (next == nullptr) return core::errc::not_found;
    p.start_now(*next);
    return p.finish();
}

core::result<key_plan> plan_retirement(std::span<const key_life> keys, const key_policy& policy, precise_timestamp now,
                                       std::string_view kid)
{
    planner p(keys, policy, now);
    key_life* const k = p.find(kid);
    if (k == nullptr || !verifies(*k, now)) return core::errc::not_found;
    p.retire(*k);
    key_life* const last = p.last();
    if (last == nullptr) {
        p.add_key(now);
    } else if (last->signs_from > now && find_signing_key(p.keys(), now) == last) {
        p.start_now(*last);
    } else if (last->signs_until != never) { // what was to follow it is gone
        last->signs_until = last->verifies_until = never;
    }
    return p.finish();
}

key_plan plan_retirement_of_all(std::span<const key_life> keys, const key_policy& policy, precise_timestamp now)
{
    planner p(keys, policy, now);
    for (const auto& k : keys)
        if (verifies(k, now)) p.retire(*p.find(k.kid));
    p.add_key(now);
    return p.finish();
}

} // namespace watchword::accounts
