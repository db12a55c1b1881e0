#include "accounts/token_checker.hpp"

#include "core/secret.hpp"
#include "store/users.hpp"

#include <cstring>

namespace watchword::accounts {

token_checker::token_checker(const crypto::hs256_tokens& tokens, std::chrono::seconds lifetime, store::database& d,
                             const core::clock& c, core::random_source& random)
    : lifetime_(lifetime),
      database_(d),
      clock_(c),
      hash_key_(core::random_value<std::uint64_t>(random) | 1),
      threads_([tokens] { return thread_state(tokens); })
{}

std::string token_checker::issue(std::string_view public_id)
{
    return threads_.local().tokens.issue({std::string(public_id), clock_.now() + lifetime_});
}

std::size_t token_checker::bucket_of(std::string_view token) const noexcept
{
    // The end of a token is its signature: as good as random for every token that was accepted.
    std::uint64_t tail = 0, before = 0;
    if (token.size() >= 16) {
        std::memcpy(&tail, token.data() + token.size() - 8, 8);
        std::memcpy(&before, token.data() + token.size() - 16, 8);
    }
    const std::uint64_t mixed = (tail ^ (before * 0x9E3779B97F4A7C15u)) * hash_key_;
    return static_cast<std::size_t>(mixed >> 40) % (cached_tokens / 2) * 2;
}

caller token_checker::check_known(std::string_view token)
{
    auto& known = threads_.local().entries;
    const std::size_t bucket = bucket_of(token);
    for (std::size_t i = bucket; i < bucket + 2; ++i) {
        const entry& e = known[i];
        if (!e.who || !core::equal_in_constant_time(e.token, token)) continue;
        if (clock_.now() >= e.who->expires) return nullptr;
        if (e.foreign_changes != database_.changes().foreign.load(std::memory_order_acquire)) return nullptr;
        return e.who;
    }
    return nullptr;
}

core::task<core::result<caller>> token_checker::check(std::string_view token)
{
    const auto claims = threads_.local().tokens.verify(token, clock_.now());
    if (!claims) co_return claims.error();

    // Taken before the question, so that a change during it makes this answer old.
    const auto foreign_changes = database_.changes().foreign.load(std::memory_order_acquire);
    const auto exists = [&](store::session& s) { return store::user_exists(s, claims->public_id); };
    const auto found = co_await database_.read(exists);
    if (!found) co_return found.error();
    if (!*found) co_return core::errc::invalid_token;

    const caller who = std::make_shared<const identity>(identity{claims->public_id, claims->expires});
    remember(token, who, foreign_changes);
    co_return who;
}

void token_checker::remember(std::string_view token, const caller& who, std::uint64_t foreign_changes)
{
    auto& known = threads_.local().entries;
    const std::size_t bucket = bucket_of(token);
    // The same token again, else the place of the older of the two: new tokens expire later.
    entry* place = &known[bucket];
    entry& other = known[bucket + 1];
    const auto is_same = [&](const entry& e) { return core::equal_in_constant_time(e.token, token); };
    if (place->who && !is_same(*place) && (!other.who || is_same(other) || other.who->expires < place->who->expires))
        place = &other;
    place->token.assign(token);
    place->who = who;
    place->foreign_changes = foreign_changes;
}

} // namespace watchword::accounts
