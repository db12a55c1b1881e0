#include "store/user_states.hpp"

#include "store/nullable_text.hpp"
#include "store/session.hpp"
#include "store/stored_time.hpp"

namespace watchword::store {
namespace {

using std::chrono::seconds;

struct state_columns {
    long long user_id = 0, generation = 0, disabled = 0, changed = 0, tutorial_until = 0;
    std::string roles;

    user_state get() const
    {
        return {
            user_id, generation, disabled != 0, from_stored(changed), roles, core::timestamp(seconds(tutorial_until))};
    }
};

// `which` ends it.
std::string find_text(const std::string& which)
{
    return "SELECT u.id, COALESCE(t.generation, 0), COALESCE(t.disabled, 0), COALESCE(t.changed, 0), "
           "COALESCE(t.roles, ''), COALESCE(t.tutorial_until, 0) FROM \"user\" AS u LEFT JOIN watchword_user_state "
           "AS t ON t.user_id = u.id AND t.public_id = u.public_id WHERE u." +
           which;
}

struct find_state_query {
    long long id = 0;
    state_columns row;
    soci::statement statement;

    explicit find_state_query(soci::session& sql)
        : statement((sql.prepare << find_text("id = :id"), soci::use(id), soci::into(row.user_id),
                     soci::into(row.generation), soci::into(row.disabled), soci::into(row.changed),
                     soci::into(row.roles), soci::into(row.tutorial_until)))
    {}
};

struct find_state_by_public_id_query {
    std::string public_id;
    state_columns row;
    soci::statement statement;

    explicit find_state_by_public_id_query(soci::session& sql)
        : statement((sql.prepare << find_text("public_id = :public_id"), soci::use(public_id), soci::into(row.user_id),
                     soci::into(row.generation), soci::into(row.disabled), soci::into(row.changed),
                     soci::into(row.roles), soci::into(row.tutorial_until)))
    {}
};

// One statement: of two at once, each raises what the other has made of it. Of a former user with that id nothing is
// left.
constexpr const char* raise_text =
    "INSERT INTO watchword_user_state AS t "
    "(user_id, public_id, generation, disabled, roles, tutorial_until, changed) "
    "SELECT id, public_id, 1, 0, '', CAST(:until AS bigint), CAST(:now AS bigint) FROM \"user\" "
    "WHERE id = :id AND public_id IS NOT NULL "
    "ON CONFLICT (user_id) DO UPDATE SET "
    "generation = CASE WHEN t.public_id = excluded.public_id THEN t.generation + 1 ELSE 1 END, "
    "disabled = CASE WHEN t.public_id = excluded.public_id THEN t.disabled ELSE 0 END, "
    "roles = CASE WHEN t.public_id = excluded.public_id THEN t.roles ELSE '' END, "
    "tutorial_until = CASE WHEN t.public_id = excluded.public_id AND t.tutorial_until >= excluded.tutorial_until "
    "THEN t.tutorial_until + 1 ELSE excluded.tutorial_until END, "
    "public_id = excluded.public_id, changed = excluded.changed "
    "RETURNING user_id, generation, disabled, changed, roles, tutorial_until";

struct raise_query {
    long long id = 0, now = 0, until = 0;
    state_columns row;
    soci::statement statement;

    explicit raise_query(soci::session& sql)
        : statement((sql.prepare << raise_text, soci::use(until), soci::use(now), soci::use(id),
                     soci::into(row.user_id), soci::into(row.generation), soci::into(row.disabled),
                     soci::into(row.changed), soci::into(row.roles), soci::into(row.tutorial_until)))
    {}
};

struct disable_query {
    long long id = 0, disabled = 0;
    soci::statement statement;

    explicit disable_query(soci::session& sql)
        : statement((sql.prepare << "UPDATE watchword_user_state SET disabled = :disabled WHERE user_id = :id",
                     soci::use(disabled), soci::use(id)))
    {}
};

struct set_roles_query {
    long long id = 0;
    std::string roles;
    soci::statement statement;

    explicit set_roles_query(soci::session& sql)
        : statement((sql.prepare << "UPDATE watchword_user_state SET roles = :roles WHERE user_id = :id",
                     soci::use(roles), soci::use(id)))
    {}
};

} // namespace

core::result<user_state> find_user_state(session& s, std::int64_t user_id)
{
    auto& q = s.prepared<find_state_query>();
    q.id = user_id;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    return q.row.get();
}

core::result<user_state> find_user_state(session& s, std::string_view public_id)
{
    auto& q = s.prepared<find_state_by_public_id_query>();
    q.public_id = public_id;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    return q.row.get();
}

core::result<user_state> raise_generation(session& s, std::int64_t user_id, core::precise_timestamp now,
                                          core::timestamp tutorial_until)
{
    auto& q = s.prepared<raise_query>();
    q.id = user_id;
    q.now = to_stored(now);
    q.until = tutorial_until.time_since_epoch().count();
    if (!fetch_one(q.statement)) return core::errc::not_found;
    s.mark_revoked();
    return q.row.get();
}

core::result<user_state> set_disabled(session& s, std::int64_t user_id, bool disabled, core::precise_timestamp now,
                                      core::timestamp tutorial_until)
{
    auto state = raise_generation(s, user_id, now, tutorial_until);
    if (!state) return state;
    auto& q = s.prepared<disable_query>();
    q.id = user_id;
    q.disabled = disabled ? 1 : 0;
    q.statement.execute(true);
    state->disabled = disabled;
    return state;
}

core::result<user_state> set_roles(session& s, std::int64_t user_id, std::string_view roles,
                                   core::precise_timestamp now, core::timestamp tutorial_until)
{
    auto state = raise_generation(s, user_id, now, tutorial_until);
    if (!state) return state;
    auto& q = s.prepared<set_roles_query>();
    q.id = user_id;
    q.roles = roles;
    q.statement.execute(true);
    state->roles = roles;
    return state;
}

} // namespace watchword::store
