#include "accounts/accounts.hpp"

#include "accounts/password_forms.hpp"
#include "accounts/security_events.hpp"
#include "accounts/session_problem.hpp"
#include "accounts/sign_in_guard.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "core/uuid.hpp"
#include "store/email_keys.hpp"
#include "store/hidden_users.hpp"
#include "store/user_states.hpp"
#include "store/users.hpp"

#include <algorithm>

namespace watchword::accounts {
namespace {

core::result<store::user> find_user(store::session& s, std::string_view email, addresses compared)
{
    return compared == addresses::exact ? store::find_user_by_email(s, email)
                                        : store::find_user_by_similar_email(s, email);
}

core::result<void> add_quietly(store::session& s, const store::new_user& u, addresses compared)
{
    return store::add_user_quietly(
        s, u, compared == addresses::exact ? store::same_address::exact : store::same_address::caseless);
}

} // namespace

bool is_storable(std::string_view text) noexcept
{
    return text.find('\0') == text.npos && core::is_utf8(text);
}

std::optional<field_problem> find_problem(const registration& r)
{
    using problem = std::optional<field_problem>;
    if (r.email.empty()) return problem({"email", "missing_field", "The field 'email' is missing or empty."});
    if (r.password.empty()) return problem({"password", "missing_field", "The field 'password' is missing or empty."});
    if (r.email.size() > email_limit) return problem({"email", "field_too_long", "The field 'email' is too long."});
    if (r.password.size() > password_limit)
        return problem({"password", "field_too_long", "The field 'password' is too long."});
    if (r.name && r.name->size() > name_limit)
        return problem({"name", "field_too_long", "The field 'name' is too long."});
    if (!is_storable(r.email)) return problem({"email", "invalid_text", "The field 'email' is not valid UTF-8 text."});
    if (r.name && !is_storable(*r.name))
        return problem({"name", "invalid_text", "The field 'name' is not valid UTF-8 text."});
    if (!core::is_utf8(r.password.view()))
        return problem({"password", "invalid_text", "The field 'password' is not valid UTF-8 text."});
    return std::nullopt;
}

service::service(const settings& s, store::database& d, core::workers& hashing, crypto::password_hasher& passwords,
                 core::random_source& r, sign_in_guard* guard)
    : settings_(s),
      policy_(s.policy),
      stand_ins_(s.stand_in_key, passwords, r),
      database_(d),
      hashing_(hashing),
      passwords_(passwords),
      random_(r),
      turns_(core::random_value<std::uint64_t>(r)),
      guard_(guard)
{}

core::deadline service::hashing_deadline() const
{
    return std::chrono::steady_clock::now() + settings_.hashing_timeout;
}

std::chrono::seconds service::hashing_wait() const
{
    using std::chrono::seconds;
    return std::clamp(std::chrono::ceil<seconds>(hashing_.backlog()), seconds(1), seconds(60));
}

core::client_key service::turn_of(const client& c) const
{
    return c.address ? turns_(core::address_key(*c.address)) : 0;
}

// On a hashing thread: the filter may have to come from the disk.
core::task<core::result<void>> service::check_password(const registration& r, core::client_key turn)
{
    const auto check = [&](std::size_t) {
        return policy_.check(r.password.view(), {r.email, r.name ? std::string_view(*r.name) : std::string_view()});
    };
    co_return co_await hashing_.run(check, hashing_deadline(), turn);
}

core::task<core::result<std::string>> service::sign_up(registration r, client from, terms t)
{
    auto done = co_await try_sign_up(std::move(r), from, t);
    tell_sign_up(from, done, t.shown);
    co_return done;
}

core::task<core::result<std::string>> service::try_sign_up(registration r, const client& from, terms t)
{
    if (find_problem(r)) co_return core::errc::invalid_input;
    const auto turn = turn_of(from);
    if (t.rules == password_rules::strict) {
        const auto judged = co_await check_password(r, turn);
        if (!judged) co_return judged.error();
    }
    // Before the database is asked for nothing: a storm of what is refused must cost little.
    if (hashing_.refuses(turn, hashing_deadline())) co_return core::errc::overloaded;

    // Looked up first: a known address costs no hash, but where that would tell. The unique index decides races.
    const bool hides = t.shown == existence::hidden;
    if (!hides) {
        const auto look = [&](store::session& s) { return find_user(s, r.email, t.compared); };
        const auto known = co_await database_.read(look);
        if (known) co_return core::errc::already_exists;
        if (known.error() != core::errc::not_found) co_return known.error();
    }

    const auto hash = [&](std::size_t slot) -> core::result<std::string> {
        return hash_password(passwords_, slot, r.password.view(), random_);
    };
    auto hashed = co_await hashing_.run(hash, hashing_deadline(), turn);
    if (!hashed) co_return hashed.error();

    store::new_user added{core::make_uuid_v4(random_), r.name, r.email, std::move(*hashed)};
    if (settings_.clock != nullptr) added.created = settings_.clock->precise_now();
    if (hides) {
        const auto add = [&](store::session& s) { return add_quietly(s, added, t.compared); };
        const auto done = co_await database_.write(add);
        if (!done) co_return done.error();
        co_return added.public_id;
    }
    const auto add = [&](store::session& s) {
        return t.compared == addresses::exact ? store::add_user(s, added) : store::add_user_if_dissimilar(s, added);
    };
    const auto id = co_await database_.write(add);
    if (!id) co_return id.error();
    co_return added.public_id;
}

// Who it may be, and what decides about his tokens.
struct service::candidate {
    store::user user;
    store::user_state state;

    // The state is asked for in any case: it is the same work for nobody.
    static core::result<candidate> of(store::session& s, core::result<store::user> found)
    {
        auto state = store::find_user_state(s, found ? found->id : std::int64_t(0));
        if (!found) return found.error();
        return candidate{std::move(*found), state ? std::move(*state) : store::user_state()};
    }
};

core::task<core::result<proven_user>> service::sign_in(std::string email, core::secret_string password, client who,
                                                       terms t)
{
    std::string met;
    auto judged = co_await try_sign_in(std::move(email), std::move(password), who, t, met);
    tell_sign_in(who, met, judged ? core::error_code() : judged.error());
    co_return judged;
}

core::task<core::result<proven_user>> service::try_sign_in(std::string email, core::secret_string password,
                                                           const client& who, terms t, std::string& met)
{
    const bool hides = t.shown == existence::hidden;
    // What the request alone decides is answered at once, and tells nothing.
    if (email.size() > email_limit || !is_storable(email))
        co_return hides ? core::errc::wrong_password : core::errc::not_found;
    if (hides && password.size() > password_limit) co_return core::errc::wrong_password;

    const auto turn = turn_of(who);
    auto attempt = co_await begin_sign_in(email, who);
    if (!attempt) co_return attempt.error();
    auto judged = co_await judge_sign_in(std::move(email), std::move(password), turn, t, *attempt, met);
    attempt->settle(judged ? core::error_code() : judged.error());
    co_return judged;
}

core::task<core::result<sign_in_attempt>> service::begin_sign_in(std::string_view email, const client& who)
{
    constexpr std::size_t soon_folded = 256; // the guard's form of a longer address may take a quarter of a millisecond
    if (!guard_) co_return sign_in_attempt();
    if (email.size() <= soon_folded) co_return guard_->begin(email, who);
    const auto begin = [&](store::session&) { return guard_->begin(email, who); };
    co_return co_await database_.read(begin);
}

core::task<core::result<proven_user>> service::judge_sign_in(std::string email, core::secret_string password,
                                                             core::client_key turn, terms t, sign_in_attempt& attempt,
                                                             std::string& met)
{
    if (hashing_.refuses(turn, hashing_deadline())) co_return core::errc::overloaded; // as in sign_up

    const bool hides = t.shown == existence::hidden;
    const auto look = [&](store::session& s) {
        auto found = find_user(s, email, t.compared);
        if (hides)
            found = stand_ins_.fill_in(s, t.compared == addresses::exact ? email : store::email_key(email),
                                       std::move(found));
        return candidate::of(s, std::move(found));
    };
    const auto found = co_await database_.read(look);
    if (!found && found.error() != core::errc::not_found) co_return found.error();
    if (found && found->user.public_id) met = *found->user.public_id;
    const auto admitted = attempt.meet(found ? &found->user : nullptr);
    if (!admitted) co_return admitted.error();
    if (!found) co_return found.error();
    bool is_outdated = false;
    auto proven = co_await prove(*found, password, turn, t.shown, is_outdated);
    if (proven && is_outdated && settings_.rehash)
        co_await replace_hash(proven->id, std::move(password), proven->password_hash, turn);
    co_return proven;
}

core::task<core::result<proven_user>> service::prove(const candidate& c, const core::secret_string& password,
                                                     core::client_key turn, existence shown, bool& is_outdated)
{
    const bool hides = shown == existence::hidden;
    const auto* const user = &c.user;
    // A row without a hash or id (the tutorial's database allows both) has no password to be right.
    if (!hides && (!user->password_hash || !user->public_id || password.size() > password_limit))
        co_return core::errc::wrong_password;

    const auto verify = [&](std::size_t slot) -> core::result<crypto::verdict> {
        if (hides) return stand_ins_.verify(passwords_, slot, password.view(), *user);
        return verify_password(passwords_, slot, password.view(), *user->password_hash);
    };
    const auto verdict = co_await hashing_.run(verify, hashing_deadline(), turn);
    if (!verdict) co_return verdict.error();
    if (*verdict == crypto::verdict::unusable)
        core::log::warning("a stored password hash cannot be used", {{"user_row", user->id}});
    if (*verdict != crypto::verdict::match && *verdict != crypto::verdict::match_outdated)
        co_return core::errc::wrong_password;

    if (c.state.disabled) co_return session_problem::user_disabled;
    is_outdated = *verdict == crypto::verdict::match_outdated;
    proven_user proven{user->id, *user->public_id, user->name, user->email, *user->password_hash};
    proven.generation = static_cast<std::uint64_t>(c.state.generation);
    proven.tutorial_until = c.state.tutorial_until;
    co_return proven;
}

core::task<core::result<proven_user>> service::confirm(std::string public_id, core::secret_string password, client who)
{
    const auto turn = turn_of(who);
    if (hashing_.refuses(turn, hashing_deadline())) co_return core::errc::overloaded;
    const auto look = [&](store::session& s) { return candidate::of(s, store::find_user_by_public_id(s, public_id)); };
    const auto found = co_await database_.read(look);
    if (!found) co_return found.error();
    // What other programs have stored as an address may be none.
    std::string email = found->user.email.value_or(std::string());
    if (email.size() > email_limit || !is_storable(email)) email = public_id;
    auto attempt = co_await begin_sign_in(email, who);
    if (!attempt) co_return attempt.error();
    const auto met = attempt->meet(&found->user);
    if (!met) co_return met.error();
    bool is_outdated = false; // it is not renewed: it is about to go
    auto proven = co_await prove(*found, password, turn, existence::told, is_outdated);
    attempt->settle(proven ? core::error_code() : proven.error());
    if (!proven) tell_sign_in(who, public_id, proven.error());
    co_return proven;
}

core::task<core::result<std::string>> service::hash_new_password(const proven_user& user, core::secret_string password,
                                                                 client from)
{
    const password_owner owner{user.email ? std::string_view(*user.email) : std::string_view(),
                               user.name ? std::string_view(*user.name) : std::string_view()};
    const auto hash = [&](std::size_t slot) -> core::result<std::string> {
        const auto judged = policy_.check(password.view(), owner);
        if (!judged) return judged.error();
        return hash_password(passwords_, slot, password.view(), random_);
    };
    co_return co_await hashing_.run(hash, hashing_deadline(), turn_of(from));
}

// A failure leaves the old hash, which is as good as before; the next sign-in tries again.
core::task<> service::replace_hash(std::int64_t user_id, core::secret_string password, std::string old_hash,
                                   core::client_key turn)
{
    const auto hash = [&](std::size_t slot) -> core::result<std::string> {
        return hash_password(passwords_, slot, password.view(), random_);
    };
    const auto hashed = co_await hashing_.run(hash, hashing_deadline(), turn);
    if (!hashed) co_return;
    const auto replace = [&](store::session& s) { return store::set_password_hash(s, user_id, *hashed, old_hash); };
    const auto replaced = co_await database_.write(replace);
    if (!replaced) co_return;
    core::log::info("a password hash was renewed", {{"user_row", user_id}});
}

} // namespace watchword::accounts
