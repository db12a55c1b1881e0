#include "accounts/token_checker.hpp"

#include "accounts/tutorial_tokens.hpp"
#include "store/user_states.hpp"

namespace watchword::accounts {

token_checker::token_checker(const crypto::hs256_tokens& tokens, std::chrono::seconds lifetime, store::database& d,
                             revocations& revoked, const core::clock& c, core::random_source& random)
    : lifetime_(lifetime),
      database_(d),
      revoked_(revoked),
      clock_(c),
      threads_(
          [tokens, secret = core::random_value<core::siphash_key>(random)] { return thread_state(tokens, secret); })
{}

std::string token_checker::issue(std::string_view public_id, core::timestamp begun, core::timestamp revoked_until)
{
    const auto expires = tutorial_tokens::expiry(begun, lifetime_, revoked_until);
    return threads_.local().tokens.issue({std::string(public_id), expires});
}

caller token_checker::check_known(std::string_view token)
{
    const auto* const known = threads_.local().known.find(token);
    if (!known || clock_.now() >= known->who->expires || !database_.changes().are_known() ||
        known->state != state_now())
        return nullptr;
    // Most often nobody was changed since.
    if (const auto changes = revoked_.user_changes(); known->user_changes != changes) {
        // Whether it is older than the change of its user, the database knows.
        if (revoked_.check(known->marks) != revocation_state::answer::valid) return nullptr;
        known->user_changes = changes;
    }
    return known->who;
}

core::task<core::result<caller>> token_checker::check(std::string_view token)
{
    const auto claims = threads_.local().tokens.verify(token, clock_.now());
    if (!claims) co_return claims.error();

    // Taken before the question, so that a change during it makes this answer old.
    const auto state = state_now(), changes = revoked_.user_changes();
    revoked_.expect_tutorial_token(claims->expires);
    const auto ask = [&](store::session& s) { return store::find_user_state(s, std::string_view(claims->public_id)); };
    const auto user = co_await database_.read(ask);
    if (!user && user.error() != core::errc::not_found) co_return user.error();
    if (!user || user->disabled || claims->expires <= user->tutorial_until) co_return core::errc::invalid_token;

    const auto marks = revoked_.marks_of(claims->public_id, static_cast<std::uint64_t>(user->generation), std::nullopt,
                                         claims->expires);
    const caller who = std::make_shared<const identity>(identity{claims->public_id, claims->expires});
    threads_.local().known.put(token, who->public_id, {who, marks, changes, state});
    co_return who;
}

} // namespace watchword::accounts
