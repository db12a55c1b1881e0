#include "accounts/user_changes.hpp"

#include "accounts/audit_notes.hpp"
#include "accounts/last_admin.hpp"
#include "accounts/revocation_state.hpp"
#include "accounts/roles.hpp"
#include "accounts/session_problem.hpp"
#include "core/json.hpp"
#include "core/words.hpp"
#include "store/people.hpp"
#include "store/session.hpp"
#include "store/sessions.hpp"
#include "store/users.hpp"

#include <boost/json/array.hpp>

namespace watchword::accounts {
namespace {

struct changed {
    store::user_state state;
    std::vector<std::string> ended;
};

// Whether what was proved in a session still holds. From then on nobody else changes the user, or opens a session of
// his, until the end of the transaction.
core::result<void> lock_proven(store::session& s, const proven_user& u, std::string_view in_session)
{
    const auto owner = store::lock_session_owner(s, u.public_id);
    if (!owner) return owner.error();
    if (owner->disabled) return session_problem::user_disabled;
    if (static_cast<std::uint64_t>(owner->generation) != u.generation) return session_problem::outdated;
    const auto session = store::find_session(s, in_session);
    if (!session || session->row.ended || session->row.user_id != u.id) return session_problem::ended;
    return {};
}

actor shell()
{
    actor operator_of_the_machine;
    operator_of_the_machine.kind = actor_kind::shell;
    return operator_of_the_machine;
}

boost::json::object details_of(std::string_view roles)
{
    boost::json::array all;
    while (!roles.empty()) all.emplace_back(core::json_string(core::take_word(roles)));
    return {{"to", std::move(all)}};
}

} // namespace

user_changes::user_changes(const session_settings& s, store::database& d, const core::clock& c, session_observer* o)
    : clock_(c), changes_(s, d, c, o)
{}

core::task<core::result<store::user_state>> user_changes::finish(store::user_state state, std::string public_id,
                                                                 std::vector<std::string> ended, end_reason why,
                                                                 core::precise_timestamp when)
{
    const auto generation = static_cast<std::uint64_t>(state.generation);
    told_changes::raised raised{state.user_id, std::move(public_id), generation, when};
    const auto settled = co_await changes_.settle(std::move(raised), std::move(ended), why);
    if (!settled) co_return settled.error();
    state.generation = static_cast<std::int64_t>(*settled);
    co_return state;
}

core::task<core::result<std::uint64_t>> user_changes::change_password(const proven_user& u, actor self,
                                                                      std::string hash, std::string_view in_session)
{
    constexpr auto why = end_reason::password_changed;
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) -> core::result<changed> {
        const auto locked = lock_proven(s, u, in_session);
        if (!locked) return locked.error();
        if (!store::set_password_hash(s, u.id, hash, u.password_hash)) return session_problem::outdated;
        auto ended = store::end_all_sessions(s, u.id, changes_.make_end(why, now));
        auto state = store::raise_generation(s, u.id, now, changes_.tutorial_until(now));
        if (!state) return state.error();
        note_in_audit(s, self, now, "user.password_changed", u.public_id);
        return changed{std::move(*state), std::move(ended)};
    };
    auto done = co_await changes_.write(work);
    if (!done) co_return done.error();
    auto finished = co_await finish(std::move(done->state), u.public_id, std::move(done->ended), why, now);
    if (!finished) co_return finished.error();
    co_return static_cast<std::uint64_t>(finished->generation);
}

core::task<core::result<void>> user_changes::delete_user(const proven_user& u, actor self, std::string_view in_session)
{
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) -> core::result<void> {
        const auto locked = lock_proven(s, u, in_session);
        if (!locked) return locked.error();
        store::lock_administrators(s);
        const auto seen = store::find_person(s, u.public_id);
        if (!seen) return seen.error();
        const auto last = check_last_admin(s, *seen, false);
        if (!last) return last;
        note_in_audit(s, self, now, "user.deleted", u.public_id);
        return store::delete_user(s, u.id);
    };
    const auto done = co_await changes_.write(work);
    if (!done) co_return done.error();
    const std::vector<std::string> none; // sessions of nobody are good for nothing
    changes_.tell({u.public_id, none, end_reason::deleted, revocation_state::highest_generation});
    co_return core::result<void>();
}

core::task<core::result<store::user_state>> user_changes::set_disabled(std::string public_id, bool disabled)
{
    const auto why = disabled ? end_reason::disabled : end_reason::administrator;
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) -> core::result<changed> {
        const auto owner = store::lock_session_owner(s, public_id);
        if (!owner) return owner.error();
        std::vector<std::string> ended;
        if (disabled) ended = store::end_all_sessions(s, owner->id, changes_.make_end(why, now));
        auto state = store::set_disabled(s, owner->id, disabled, now, changes_.tutorial_until(now));
        if (!state) return state.error();
        note_in_audit(s, shell(), now, disabled ? "user.disabled" : "user.enabled", public_id);
        return changed{std::move(*state), std::move(ended)};
    };
    auto done = co_await changes_.write(work);
    if (!done) co_return done.error();
    co_return co_await finish(std::move(done->state), public_id, std::move(done->ended), why, now);
}

core::task<core::result<store::user_state>> user_changes::set_roles(std::string public_id,
                                                                    std::vector<std::string> roles)
{
    const auto joined = join_roles(roles);
    if (!joined) co_return joined.error();
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) -> core::result<changed> {
        const auto owner = store::lock_session_owner(s, public_id);
        if (!owner) return owner.error();
        auto state = store::set_roles(s, owner->id, *joined, now, changes_.tutorial_until(now));
        if (!state) return state.error();
        note_in_audit(s, shell(), now, "user.roles_changed", public_id, details_of(*joined));
        return changed{std::move(*state), {}};
    };
    auto done = co_await changes_.write(work);
    if (!done) co_return done.error();
    // A disabled user stays so: revocation_state takes the last change of a generation.
    const auto why = done->state.disabled ? end_reason::disabled : end_reason::administrator;
    co_return co_await finish(std::move(done->state), public_id, std::move(done->ended), why, now);
}

core::task<core::result<store::user_state>> user_changes::set_password(std::string public_id, std::string hash)
{
    constexpr auto why = end_reason::password_changed;
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) -> core::result<changed> {
        const auto owner = store::lock_session_owner(s, public_id);
        if (!owner) return owner.error();
        const auto replaced = store::replace_password_hash(s, owner->id, hash);
        if (!replaced) return replaced.error();
        auto ended = store::end_all_sessions(s, owner->id, changes_.make_end(why, now));
        auto state = store::raise_generation(s, owner->id, now, changes_.tutorial_until(now));
        if (!state) return state.error();
        note_in_audit(s, shell(), now, "user.password_changed", public_id);
        return changed{std::move(*state), std::move(ended)};
    };
    auto done = co_await changes_.write(work);
    if (!done) co_return done.error();
    const auto told = done->state.disabled ? end_reason::disabled : why; // as above
    co_return co_await finish(std::move(done->state), public_id, std::move(done->ended), told, now);
}

core::task<core::result<void>> user_changes::remove_user(std::string public_id)
{
    std::int64_t id = 0;
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) -> core::result<void> {
        const auto owner = store::lock_session_owner(s, public_id);
        if (!owner) return owner.error();
        id = owner->id;
        note_in_audit(s, shell(), now, "user.deleted", public_id);
        return store::delete_user(s, owner->id);
    };
    const auto done = co_await changes_.write(work);
    if (!done) co_return done.error();
    const std::vector<std::string> none; // sessions of nobody are good for nothing
    changes_.tell({public_id, none, end_reason::deleted, revocation_state::highest_generation});
    co_return core::result<void>();
}

} // namespace watchword::accounts
