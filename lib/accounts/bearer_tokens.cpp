#include "accounts/bearer_tokens.hpp"

#include "core/text.hpp"
#include "core/words.hpp"
#include "store/session.hpp"
#include "store/sessions.hpp"

#include <algorithm>
#include <array>

namespace watchword::accounts {
namespace {

using std::chrono::floor;
using std::chrono::seconds;

// On a database thread. The user's address, if the session lives.
core::result<std::optional<std::string>> email_in_session(store::session& s, const crypto::access_token_claims& c)
{
    auto found = store::find_session(s, c.session_id);
    const bool lives = found && !found->row.ended && found->owner.public_id == c.subject && !found->owner.disabled &&
                       static_cast<std::uint64_t>(found->owner.generation) == c.generation;
    if (!lives) return core::errc::invalid_token;
    return std::move(found->owner.email);
}

bearer identity_of(crypto::access_token_claims c, std::optional<std::string> email)
{
    bearer_identity who;
    who.public_id = std::move(c.subject);
    who.email = std::move(email);
    who.session_id = std::move(c.session_id);
    who.scope = std::move(c.scope);
    who.roles = std::move(c.roles);
    who.methods = std::move(c.methods);
    who.expires = c.expires;
    who.authenticated = c.authenticated;
    who.id = std::move(c.id);
    who.issued = c.issued;
    who.not_before = c.not_before;
    return std::make_shared<const bearer_identity>(std::move(who));
}

} // namespace

bearer_tokens::bearer_tokens(const bearer_settings& s, key_ring& k, store::database& d, core::workers& signing,
                             revocations& revoked, const core::clock& c, core::random_source& r)
    : settings_(s),
      keys_(k),
      database_(d),
      clock_(c),
      random_(r),
      revoked_(revoked),
      known_([secret = core::random_value<core::siphash_key>(r)] {
          return token_cache<known_token>(cached_tokens, secret);
      }),
      signer_(k, signing, c),
      verifier_(k, c,
                crypto::access_token_verifier(std::make_shared<const crypto::verifying_key_set>(),
                                              {s.issuer, s.audience, s.leeway}))
{}

// --- issuing

crypto::access_token_claims bearer_tokens::claims_of(const session_grant& g, core::timestamp now)
{
    const auto id = core::random_value<std::array<char, 16>>(random_);
    crypto::access_token_claims c;
    c.issuer = settings_.issuer;
    c.subject = g.user.public_id;
    c.audience = settings_.audience;
    c.id = core::base64url_encode({id.data(), id.size()});
    c.session_id = g.session.id;
    c.issued = c.not_before = now;
    c.expires = std::min(now + settings_.lifetime, floor<seconds>(g.session.expires));
    c.authenticated = floor<seconds>(g.session.auth_time);
    c.generation = g.user.generation;
    c.scope = g.session.scope;
    c.roles = core::split_words(g.user.roles);
    c.methods = core::split_words(g.session.amr);
    return c;
}

core::task<core::result<bearer_tokens::issued>> bearer_tokens::issue(const session_grant& grant)
{
    const auto now = clock_.now();
    const auto claims = claims_of(grant, now);
    issued made{{}, claims.expires, claims.expires - now};
    auto text = co_await signer_.sign(claims);
    if (!text) co_return text.error();
    made.text = std::move(*text);
    co_return made;
}

// --- checking

bearer_tokens::stamps bearer_tokens::stamps_now() const noexcept
{
    return {database_.changes().foreign.load(std::memory_order_acquire), revoked_.doubts(), keys_.version()};
}

bearer bearer_tokens::check_known(std::string_view token)
{
    const auto* const known = known_.local().find(token);
    if (known == nullptr || clock_.now() >= known->who->expires || !database_.changes().are_known() ||
        known->when != stamps_now())
        return nullptr;
    if (revoked_.check(known->marks) != revocation_state::answer::valid) return nullptr;
    known_checks_.add();
    return known->who;
}

core::task<core::result<bearer>> bearer_tokens::check(std::string_view token)
{
    slow_checks_.add();
    // Before anybody is asked, so that a change during the question makes its answer old.
    auto when = stamps_now();
    auto verified = co_await verifier_.verify(token);
    if (!verified) co_return verified.error();
    when.keys = verified->keys;
    auto* const claims = &verified->claims;
    const auto session = read_session_id(claims->session_id);
    if (!session) co_return core::errc::invalid_token;
    const auto last = claims->expires + settings_.leeway;
    const auto marks = revoked_.marks_of(claims->subject, claims->generation, session, last);
    const auto is_revoked = [&] { return revoked_.check(marks) == revocation_state::answer::revoked; };
    if (is_revoked()) co_return core::errc::invalid_token;

    revoked_.expect_access_token(last);
    const auto ask = [&](store::session& s) { return email_in_session(s, *claims); };
    auto email = co_await database_.read(ask);
    if (!email) co_return email.error();
    if (is_revoked()) co_return core::errc::invalid_token;

    auto who = identity_of(std::move(*claims), std::move(*email));
    known_.local().put(token, who->public_id, {who, marks, when});
    co_return who;
}

} // namespace watchword::accounts
