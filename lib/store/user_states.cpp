#include "store/user_states.hpp"

#include "store/nullable_text.hpp"
#include "store/session.hpp"
#include "store/stored_time.hpp"

namespace watchword::store {
namespace {

struct state_columns {
    long long user_id = 0, generation = 0, disabled = 0, changed = 0;

    user_state get() const { return {user_id, generation, disabled != 0, from_stored(changed)}; }
};

struct find_state_query {
    long long id = 0;
    state_columns row;
    soci::statement statement;

    explicit find_state_query(soci::session& sql)
        : statement((sql.prepare << "SELECT u.id, COALESCE(t.generation, 0), COALESCE(t.disabled, 0), "
                                    "COALESCE(t.changed, 0) FROM \"user\" AS u "
                                    "LEFT JOIN watchword_user_state AS t ON t.user_id = u.id WHERE u.id = :id",
                     soci::use(id), soci::into(row.user_id), soci::into(row.generation), soci::into(row.disabled),
                     soci::into(row.changed)))
    {}
};

// One statement: of two at once, each raises what the other has made of it.
struct raise_query {
    long long id = 0, now = 0;
    state_columns row;
    soci::statement statement;

    explicit raise_query(soci::session& sql)
        : statement((sql.prepare << "INSERT INTO watchword_user_state AS t (user_id, generation, disabled, changed) "
                                    "SELECT id, 1, 0, CAST(:now AS bigint) FROM \"user\" WHERE id = :id "
                                    "ON CONFLICT (user_id) DO UPDATE SET generation = t.generation + 1, "
                                    "changed = excluded.changed RETURNING user_id, generation, disabled, changed",
                     soci::use(now), soci::use(id), soci::into(row.user_id), soci::into(row.generation),
                     soci::into(row.disabled), soci::into(row.changed)))
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

struct changed_states_query {
    long long since = 0;
    state_columns row;
    nullable_text public_id;
    soci::statement statement;

    explicit changed_states_query(soci::session& sql)
        : statement((sql.prepare << "SELECT t.user_id, t.generation, t.disabled, t.changed, u.public_id "
                                    "FROM watchword_user_state AS t JOIN \"user\" AS u ON u.id = t.user_id "
                                    "WHERE t.changed >= :since",
                     soci::use(since), soci::into(row.user_id), soci::into(row.generation), soci::into(row.disabled),
                     soci::into(row.changed), soci::into(public_id.value, public_id.state)))
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

core::result<user_state> raise_generation(session& s, std::int64_t user_id, core::precise_timestamp now)
{
    auto& q = s.prepared<raise_query>();
    q.id = user_id;
    q.now = to_stored(now);
    if (!fetch_one(q.statement)) return core::errc::not_found;
    s.mark_revoked();
    return q.row.get();
}

core::result<user_state> set_disabled(session& s, std::int64_t user_id, bool disabled, core::precise_timestamp now)
{
    auto state = raise_generation(s, user_id, now);
    if (!state) return state;
    auto& q = s.prepared<disable_query>();
    q.id = user_id;
    q.disabled = disabled ? 1 : 0;
    q.statement.execute(true);
    state->disabled = disabled;
    return state;
}

void read_user_states(session& s, core::precise_timestamp since, const user_state_reader& tell)
{
    auto& q = s.prepared<changed_states_query>();
    q.since = to_stored(since);
    q.statement.execute();
    while (q.statement.fetch())
        if (const auto public_id = q.public_id.get()) tell(q.row.get(), *public_id);
}

} // namespace watchword::store
