#include "accounts/token_checker.hpp"

#include "accounts/tutorial_tokens.hpp"
#include "store/user_states.hpp"

#include <utility>

namespace watchword::accounts {

token_checker::token_checker(const crypto::hs256_tokens& tokens, std::chrono::seconds lifetime, store::database& d,
                             revocations& revoked, const core::clock& c, core::random_source& random,
                             published_tokens* published)
    : lifetime_(lifetime),
      database_(d),
      revoked_(revoked),
      clock_(c),
      threads_(
          [tokens, secret = core::random_value<core::siphash_key>(random)] { return thread_state(tokens, secret); }),
      published_(published)
{}

core::task<core::result<std::string>> token_checker::issue(std::string public_id, core::timestamp begun,
                                                           core::timestamp revoked_until)
{
    crypto::access_claims claims{std::move(public_id), tutorial_tokens::expiry(begun, lifetime_, revoked_until)};
    if (!published_) co_return threads_.local().tokens.issue(claims);
    auto text = co_await published_->issue(std::move(claims));
    co_return text;
}

caller token_checker::check_known(std::string_view token)
{
    const auto* const known = threads_.local().known.find(token);
    if (!known || clock_.now() >= known->who->expires || !database_.changes().are_known() ||
        known->state != state_now() || known->keys != keys_now())
        return nullptr;
    // Most often nobody was changed since.
    if (const auto changes = revoked_.user_changes(); known->user_changes != changes) {
        // Whether it is older than the change of its user, the database knows.
        if (revoked_.check(known->marks) != revocation_state::answer::valid) return nullptr;
        known->user_changes = changes;
    }
    known_checks_.add();
    return known->who;
}

core::task<core::result<caller>> token_checker::check(std::string_view token)
{
    slow_checks_.add();
    // Taken before anything is asked, so that a change meanwhile makes the answer old.
    const auto state = state_now(), keys = keys_now();
    auto claims = threads_.local().tokens.verify(token, clock_.now());
    if (!claims && published_) {
        auto published = co_await published_->verify(token);
        claims = std::move(published);
    }
    if (!claims) co_return claims.error();

    const auto changes = revoked_.user_changes();
    revoked_.expect_tutorial_token(claims->expires);
    const auto ask = [&](store::session& s) { return store::find_user_state(s, std::string_view(claims->public_id)); };
    const auto user = co_await database_.read(ask);
    if (!user && user.error() != core::errc::not_found) co_return user.error();
    if (!user || user->disabled || claims->expires <= user->tutorial_until) co_return core::errc::invalid_token;

    const auto marks = revoked_.marks_of(claims->public_id, static_cast<std::uint64_t>(user->generation), std::nullopt,
                                         claims->expires);
    const caller who = std::make_shared<const identity>(identity{claims->public_id, claims->expires});
    threads_.local().known.put(token, who->public_id, {who, marks, changes, state, keys});
    co_return who;
}

} // namespace watchword::accounts
