#include "accounts/administration.hpp"

#include "accounts/audit_notes.hpp"
#include "accounts/last_admin.hpp"
#include "accounts/person_text.hpp"
#include "accounts/revocations.hpp"
#include "accounts/versions.hpp"
#include "core/json.hpp"
#include "core/uuid.hpp"
#include "core/words.hpp"
#include "store/profiles.hpp"
#include "store/session.hpp"
#include "store/sessions.hpp"
#include "store/user_states.hpp"
#include "store/users.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <limits>

namespace watchword::accounts {
namespace {

constexpr std::size_t longest_page = 1000;

bool is_one_of(const std::vector<std::string>& versions, const person& p)
{
    return accounts::is_one_of(versions, version_of(p));
}

boost::json::array array_of(std::string_view words)
{
    boost::json::array all;
    while (!words.empty()) all.emplace_back(core::json_string(core::take_word(words)));
    return all;
}

// The names of what a change is about, never what they are: the log outlives the user.
template <class Change> boost::json::array fields_of(const Change& differs)
{
    boost::json::array all;
    for (const auto& [name, differs_there] : differs)
        if (differs_there) all.emplace_back(core::json_string(name));
    return all;
}

// Empty: none.
std::optional<std::string> name_from(const std::string& text)
{
    return text.empty() ? std::nullopt : std::optional(text);
}

proven_user owner_of_password(const std::optional<std::string>& email, const std::optional<std::string>& name)
{
    proven_user owner;
    owner.email = email;
    owner.name = name;
    return owner;
}

// One more than is asked for, to see whether that is the end.
std::size_t with_next(std::size_t limit)
{
    return std::clamp<std::size_t>(limit, 1, longest_page) + 1;
}
template <class Row> std::optional<std::int64_t> cut_to(std::vector<Row>& rows, std::size_t limit)
{
    if (rows.size() < with_next(limit)) return std::nullopt;
    rows.pop_back();
    return rows.back().id;
}

bool is_admin_there(store::session& s)
{
    return store::is_role_held(s, admin_role, store::before_all_users);
}

// A person as he is now, if the actor may change him and has seen him so.
core::result<person> find_changeable(store::session& s, const actor& by, const std::string& public_id,
                                     const std::vector<std::string>& versions)
{
    const auto owner = store::lock_session_owner(s, public_id);
    if (!owner) return owner.error();
    store::lock_administrators(s);
    auto found = store::find_person(s, public_id);
    if (!found) return found;
    if (!is_one_of(versions, *found)) return administration_problem::outdated;
    if (!by.permissions.includes(role_permissions::find_permissions(s, found->roles)))
        return administration_problem::beyond_own;
    return found;
}

// What is stored of somebody new.
struct prepared_person {
    store::new_user user;
    std::string roles;
    std::optional<std::string> metadata;
    bool disabled = false;
};

// On the writer.
core::result<person> add_person(store::session& s, const actor& by, const prepared_person& p,
                                core::precise_timestamp now)
{
    if (!by.permissions.includes(role_permissions::find_permissions(s, p.roles)))
        return administration_problem::beyond_own;
    const auto id = store::add_user_if_dissimilar(s, p.user);
    if (!id) return id.error();
    // The time of the tutorial's tokens: there are none yet.
    if (p.disabled) store::set_disabled(s, *id, true, now, {}).value();
    if (!p.roles.empty()) store::set_roles(s, *id, p.roles, now, {}).value();
    if (p.metadata) store::keep_profile(s, *id, {now, p.metadata, now}).value();
    note_in_audit(s, by, now, "user.created", p.user.public_id,
                  {{"roles", array_of(p.roles)}, {"disabled", p.disabled}});
    return store::find_person(s, p.user.public_id);
}

} // namespace

// What a change has come to, on the writer.
struct administration::outcome {
    person now;
    std::optional<store::user_state> state{}; // if the generation was raised
    std::vector<std::string> ended{};         // sessions
    end_reason why = end_reason::administrator;
};

administration::administration(const session_settings& settings, service& a, sessions& all, store::database& d,
                               const core::clock& c, core::random_source& r, session_observer* o)
    : service_(a),
      sessions_(all),
      database_(d),
      clock_(c),
      random_(r),
      changes_(settings, d, c, o),
      roles_(d, c),
      api_keys_(d, c, r)
{}

// --- finding

core::task<core::result<people_page>> administration::list(people_filter f, std::optional<std::int64_t> after,
                                                           std::size_t limit)
{
    people_page page;
    const bool is_one_role = f.role.find(' ') == std::string::npos; // roles are kept as words of one text
    const bool is_somewhere = f.search.size() <= name_limit && is_storable(f.search) && is_storable(f.role);
    if (!is_somewhere || !is_one_role) co_return page;
    const auto work = [&](store::session& s) -> core::result<std::vector<person>> {
        return store::list_people(s, f, after.value_or(store::before_all_users), with_next(limit));
    };
    auto found = co_await database_.read(work);
    if (!found) co_return found.error();
    page.people = std::move(*found);
    page.next = cut_to(page.people, limit);
    co_return page;
}

core::task<core::result<std::int64_t>> administration::count()
{
    const auto read = [](store::session& s) -> core::result<std::int64_t> { return store::count_users(s); };
    co_return co_await database_.read(read);
}

core::task<core::result<person>> administration::find(std::string public_id)
{
    if (!is_storable(public_id)) co_return core::errc::not_found;
    const auto work = [&](store::session& s) { return store::find_person(s, public_id); };
    co_return co_await database_.read(work);
}

// --- adding

core::task<core::result<person>> administration::add(actor by, new_person p, addition kind)
{
    if (find_problem(p)) co_return core::errc::invalid_input;
    prepared_person ready;
    ready.roles = join_roles(p.roles).value();
    if (p.metadata) ready.metadata = stored_metadata(*p.metadata).value();
    ready.disabled = p.disabled;
    const auto owner = owner_of_password(p.email, p.name);
    client from;
    from.address = by.address;
    auto hash = co_await service_.hash_new_password(owner, std::move(p.password), std::move(from));
    if (!hash) co_return hash.error();
    const auto now = clock_.precise_now();
    ready.user = {core::make_uuid_v4(random_), p.name ? name_from(*p.name) : std::nullopt, std::move(p.email),
                  std::move(*hash), now};
    const auto work = [&](store::session& s) -> core::result<person> {
        store::lock_administrators(s);
        const bool is_first = kind == addition::first_admin;
        if (is_first && is_admin_there(s)) return administration_problem::is_set_up;
        auto made = add_person(s, by, ready, now);
        if (made && is_first) note_in_audit(s, by, now, "setup.completed", made->public_id);
        return made;
    };
    co_return co_await changes_.write(work);
}

core::task<core::result<person>> administration::create(actor by, new_person p)
{
    co_return co_await add(std::move(by), std::move(p), addition::ordinary);
}

core::task<core::result<bool>> administration::find_first_admin_needed()
{
    const auto work = [](store::session& s) -> core::result<bool> { return !is_admin_there(s); };
    co_return co_await database_.read(work);
}

core::task<core::result<person>> administration::create_first_admin(actor by, new_person p)
{
    const auto needed = co_await find_first_admin_needed(); // before a hash is computed for nothing
    if (!needed) co_return needed.error();
    if (!*needed) co_return administration_problem::is_set_up;
    by.permissions = permission_set::all();
    p.roles.assign(1, std::string(admin_role));
    p.disabled = false;
    co_return co_await add(std::move(by), std::move(p), addition::first_admin);
}

// --- changing

core::task<core::result<person>> administration::update(actor by, std::string public_id, person_change c,
                                                        std::vector<std::string> versions)
{
    if (!is_storable(public_id)) co_return core::errc::not_found;
    if (find_problem(c)) co_return core::errc::invalid_input;
    if (c.metadata) c.metadata = stored_metadata(*c.metadata).value();
    std::string hash;
    if (c.password) {
        auto made = co_await hash_for(by, public_id, c);
        if (!made) co_return made.error();
        hash = std::move(*made);
    }
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) -> core::result<outcome> {
        const auto seen = find_changeable(s, by, public_id, versions);
        if (!seen) return seen.error();
        return change(s, by, *seen, c, hash, now);
    };
    auto done = co_await changes_.write(work);
    if (!done) co_return done.error();
    co_return co_await finish(std::move(*done), now);
}

// Of a new password, which must suit the address and the name that there will be.
core::task<core::result<std::string>> administration::hash_for(const actor& by, const std::string& public_id,
                                                               person_change& c)
{
    const auto found = co_await find(public_id);
    if (!found) co_return found.error();
    const auto owner = owner_of_password(c.email ? c.email : found->email, c.name ? c.name : found->name);
    client from;
    from.address = by.address;
    co_return co_await service_.hash_new_password(owner, std::move(*c.password), std::move(from));
}

core::result<administration::outcome> administration::change(store::session& s, const actor& by, const person& seen,
                                                             const person_change& c, const std::string& hash,
                                                             core::precise_timestamp now)
{
    const auto roles = c.roles ? join_roles(*c.roles).value() : seen.roles;
    const auto disabled = c.disabled.value_or(seen.disabled);
    const auto name = c.name ? name_from(*c.name) : seen.name;
    const bool new_email = c.email && c.email != seen.email, new_name = name != seen.name,
               new_metadata = c.metadata && *c.metadata != seen.metadata, new_roles = roles != seen.roles,
               new_state = disabled != seen.disabled, new_password = !hash.empty();
    if (new_roles && !by.permissions.includes(role_permissions::find_permissions(s, roles)))
        return administration_problem::beyond_own;
    const auto last = check_last_admin(s, seen, has_role(roles, admin_role) && !disabled);
    if (!last) return last.error();

    outcome o;
    o.why = disabled ? end_reason::disabled : new_password ? end_reason::password_changed : end_reason::administrator;
    if (new_name) store::set_name(s, seen.id, name).value();
    if (new_email) {
        const auto set = store::set_email_if_dissimilar(s, seen.id, *c.email);
        if (!set) return set.error();
    }
    if (new_password) store::replace_password_hash(s, seen.id, hash).value();
    if (new_email || new_password || (new_state && disabled))
        o.ended = store::end_all_sessions(s, seen.id, changes_.make_end(o.why, now));
    const auto until = changes_.tutorial_until(now);
    if (new_state) o.state = store::set_disabled(s, seen.id, disabled, now, until).value();
    if (new_roles) o.state = store::set_roles(s, seen.id, roles, now, until).value();
    if (!o.state && (new_email || new_password)) o.state = store::raise_generation(s, seen.id, now, until).value();

    const std::pair<std::string_view, bool> differs[] = {
        {"email", new_email}, {"name", new_name}, {"metadata", new_metadata}};
    const auto fields = fields_of(differs);
    if (!fields.empty() || new_roles || new_state || new_password)
        store::keep_profile(s, seen.id, {now, new_metadata ? c.metadata : std::nullopt, {}}).value();
    if (!fields.empty()) note_in_audit(s, by, now, "user.updated", seen.public_id, {{"fields", fields}});
    if (new_roles)
        note_in_audit(s, by, now, "user.roles_changed", seen.public_id,
                      {{"from", array_of(seen.roles)}, {"to", array_of(roles)}});
    if (new_state) note_in_audit(s, by, now, disabled ? "user.disabled" : "user.enabled", seen.public_id);
    if (new_password) note_in_audit(s, by, now, "user.password_changed", seen.public_id);
    o.now = store::find_person(s, seen.public_id).value();
    return o;
}

core::task<core::result<person>> administration::finish(outcome o, core::precise_timestamp when)
{
    if (o.state) {
        const auto generation = static_cast<std::uint64_t>(o.state->generation);
        told_changes::raised raised{o.now.id, o.now.public_id, generation, when};
        const auto settled = co_await changes_.settle(std::move(raised), std::move(o.ended), o.why);
        if (!settled) co_return settled.error();
        o.now.generation = static_cast<std::int64_t>(*settled);
    }
    co_return std::move(o.now);
}

core::task<core::result<void>> administration::remove(actor by, std::string public_id,
                                                      std::vector<std::string> versions)
{
    if (!is_storable(public_id)) co_return core::errc::not_found;
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) -> core::result<void> {
        const auto seen = find_changeable(s, by, public_id, versions);
        if (!seen) return seen.error();
        const auto last = check_last_admin(s, *seen, false);
        if (!last) return last;
        const auto deleted = store::delete_user(s, seen->id);
        if (!deleted) return deleted;
        note_in_audit(s, by, now, "user.deleted", public_id);
        return {};
    };
    const auto done = co_await changes_.write(work);
    if (!done) co_return done.error();
    const std::vector<std::string> none; // sessions of nobody are good for nothing
    changes_.tell({public_id, none, end_reason::deleted, revocation_state::highest_generation});
    co_return core::result<void>();
}

core::task<core::result<person>> administration::update_own(actor by, std::string public_id, profile_change c,
                                                            std::vector<std::string> versions)
{
    if (!is_storable(public_id)) co_return core::errc::not_found;
    if (find_problem(c)) co_return core::errc::invalid_input;
    person_change same;
    same.name = std::move(c.name);
    if (c.metadata) same.metadata = stored_metadata(*c.metadata).value();
    const std::string no_hash;
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) -> core::result<person> {
        const auto owner = store::lock_session_owner(s, public_id);
        if (!owner) return owner.error();
        const auto seen = store::find_person(s, public_id);
        if (!seen) return seen.error();
        if (!is_one_of(versions, *seen)) return administration_problem::outdated;
        auto changed = change(s, by, *seen, same, no_hash, now);
        if (!changed) return changed.error();
        return std::move(changed->now);
    };
    co_return co_await changes_.write(work);
}

// --- sessions

core::task<core::result<std::vector<session_info>>> administration::list_sessions(std::string public_id)
{
    if (!is_storable(public_id)) co_return core::errc::not_found;
    co_return co_await sessions_.list(std::move(public_id));
}

core::task<core::result<void>> administration::end_session(actor by, std::string public_id, std::string session)
{
    if (!is_storable(public_id) || !read_session_id(session)) co_return core::errc::not_found;
    constexpr auto why = end_reason::administrator;
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) -> core::result<void> {
        const auto owner = store::find_session_owner(s, public_id);
        if (!owner) return owner.error();
        const auto ended = store::end_session(s, owner->id, session, changes_.make_end(why, now));
        if (!ended) return ended;
        note_in_audit(s, by, now, "sessions.ended", public_id, {{"session", core::json_string(session)}});
        return {};
    };
    const auto done = co_await changes_.write(work);
    if (!done) co_return done.error();
    const std::vector<std::string> ids{session};
    changes_.tell({public_id, ids, why});
    co_return core::result<void>();
}

core::task<core::result<std::size_t>> administration::end_sessions(actor by, std::string public_id)
{
    if (!is_storable(public_id)) co_return core::errc::not_found;
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) -> core::result<outcome> {
        const auto owner = store::lock_session_owner(s, public_id);
        if (!owner) return owner.error();
        outcome o;
        if (owner->disabled) o.why = end_reason::disabled; // he stays so: of two with one generation, that one counts
        o.ended = store::end_all_sessions(s, owner->id, changes_.make_end(end_reason::administrator, now));
        o.state = store::raise_generation(s, owner->id, now, changes_.tutorial_until(now)).value();
        note_in_audit(s, by, now, "sessions.ended", public_id, {{"count", o.ended.size()}});
        o.now = store::find_person(s, public_id).value();
        return o;
    };
    auto done = co_await changes_.write(work);
    if (!done) co_return done.error();
    const auto count = done->ended.size();
    const auto finished = co_await finish(std::move(*done), now);
    if (!finished) co_return finished.error();
    co_return count;
}

// --- roles and keys

core::task<core::result<role>> administration::set_role(actor by, std::string name,
                                                        std::vector<std::string> permissions,
                                                        std::vector<std::string> versions)
{
    co_return co_await roles_.set(std::move(by), std::move(name), std::move(permissions), std::move(versions));
}

core::task<core::result<void>> administration::remove_role(actor by, std::string name,
                                                           std::vector<std::string> versions)
{
    co_return co_await roles_.remove(std::move(by), std::move(name), std::move(versions));
}

core::task<core::result<made_api_key>> administration::create_api_key(actor by, new_api_key wanted)
{
    co_return co_await api_keys_.create(std::move(by), std::move(wanted));
}

core::task<core::result<void>> administration::revoke_api_key(actor by, std::string id)
{
    co_return co_await api_keys_.revoke(std::move(by), std::move(id));
}

// --- the audit log

core::task<core::result<audit_page>> administration::list_audit(audit_filter f, std::optional<std::int64_t> before,
                                                                std::size_t limit)
{
    audit_page page;
    if (!is_storable(f.actor) || !is_storable(f.subject) || !is_storable(f.action)) co_return page;
    const auto work = [&](store::session& s) -> core::result<std::vector<audit_event>> {
        return store::list_audit_events(s, f, before, with_next(limit));
    };
    auto found = co_await database_.read(work);
    if (!found) co_return found.error();
    page.events = std::move(*found);
    page.next = cut_to(page.events, limit);
    co_return page;
}

core::task<core::result<void>> administration::note(actor by, std::string action, std::string subject,
                                                    boost::json::object details)
{
    const auto now = clock_.precise_now();
    const auto work = [&](store::session& s) -> core::result<void> {
        note_in_audit(s, by, now, action, subject, details);
        return {};
    };
    co_return co_await database_.write(work);
}

} // namespace watchword::accounts
