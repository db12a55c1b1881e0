#include "accounts/token_checker.hpp"

#include "store/users.hpp"

namespace watchword::accounts {

token_checker::token_checker(const crypto::hs256_tokens& tokens, std::chrono::seconds lifetime, store::database& d,
                             const core::clock& c, core::random_source& random)
    : lifetime_(lifetime),
      database_(d),
      clock_(c),
      threads_(
          [tokens, secret = core::random_value<core::siphash_key>(random)] { return thread_state(tokens, secret); })
{}

std::string token_checker::issue(std::string_view public_id)
{
    return threads_.local().tokens.issue({std::string(public_id), clock_.now() + lifetime_});
}

caller token_checker::check_known(std::string_view token)
{
    const auto* const known = threads_.local().known.find(token);
    if (!known || clock_.now() >= known->who->expires) return nullptr;
    if (known->foreign_changes != database_.changes().foreign.load(std::memory_order_acquire)) return nullptr;
    return known->who;
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
    threads_.local().known.put(token, who->public_id, {who, foreign_changes});
}

} // namespace watchword::accounts
