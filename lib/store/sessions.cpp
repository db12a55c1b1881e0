#include "store/sessions.hpp"

#include "core/log.hpp"
#include "store/nullable_text.hpp"
#include "store/session.hpp"
#include "store/session_uses.hpp"
#include "store/stored_time.hpp"

namespace watchword::store {
namespace {

static_assert(session_row::remembered_uses == std::tuple_size_v<session_uses>);

bool is_sqlite(soci::session& sql)
{
    return sql.get_backend_name() == "sqlite3";
}

struct find_owner_query {
    std::string public_id;
    std::string roles;
    long long id = 0, generation = 0, disabled = 0;
    nullable_text name, email;
    soci::statement statement;

    explicit find_owner_query(soci::session& sql)
        : statement((sql.prepare << "SELECT u.id, u.name, u.email, COALESCE(t.generation, 0), "
                                    "COALESCE(t.disabled, 0), COALESCE(t.roles, '') FROM \"user\" AS u "
                                    "LEFT JOIN watchword_user_state AS t ON t.user_id = u.id "
                                    "AND t.public_id = u.public_id WHERE u.public_id = :public_id",
                     soci::use(public_id), soci::into(id), soci::into(name.value, name.state),
                     soci::into(email.value, email.state), soci::into(generation), soci::into(disabled),
                     soci::into(roles)))
    {}
};

struct add_session_query {
    std::string id, public_id, uses, device, address, amr, scope;
    long long user_id = 0, created = 0, last_used = 0, expires = 0, delete_after = 0, counter = 0, auth_time = 0;
    soci::statement statement;

    explicit add_session_query(soci::session& sql)
        : statement(
              (sql.prepare << "INSERT INTO watchword_session (id, user_id, public_id, created, last_used, expires, "
                              "delete_after, counter, uses, device, address, amr, scope, auth_time) VALUES "
                              "(:id, :user_id, :public_id, :created, :last_used, :expires, :delete_after, "
                              ":counter, :uses, :device, :address, :amr, :scope, :auth_time)",
               soci::use(id), soci::use(user_id), soci::use(public_id), soci::use(created), soci::use(last_used),
               soci::use(expires), soci::use(delete_after), soci::use(counter), soci::use(uses), soci::use(device),
               soci::use(address), soci::use(amr), soci::use(scope), soci::use(auth_time)))
    {}
};

enum class find_kind { plain, locking };

std::string find_text(soci::session& sql, find_kind kind)
{
    const std::string lock = kind == find_kind::locking && !is_sqlite(sql) ? " FOR UPDATE OF s SKIP LOCKED" : "";
    return "SELECT s.user_id, s.public_id, s.created, s.last_used, s.expires, s.delete_after, s.counter, s.uses, "
           "s.device, s.address, s.amr, s.scope, s.auth_time, s.ended, s.end_reason, u.name, u.email, "
           "COALESCE(t.generation, 0), COALESCE(t.disabled, 0), COALESCE(t.roles, '') FROM watchword_session AS s "
           "JOIN \"user\" AS u ON u.id = s.user_id AND u.public_id = s.public_id "
           "LEFT JOIN watchword_user_state AS t ON t.user_id = s.user_id AND t.public_id = s.public_id WHERE s.id = "
           ":id" +
           lock;
}

// What all that read rows have of them.
struct session_columns {
    std::string id, public_id, device, address, amr, scope;
    long long user_id = 0, created = 0, last_used = 0, expires = 0, delete_after = 0, auth_time = 0;

    session_row row() const
    {
        session_row r;
        r.id = id;
        r.user_id = user_id;
        r.public_id = public_id;
        r.created = from_stored(created);
        r.last_used = from_stored(last_used);
        r.expires = from_stored(expires);
        r.delete_after = from_stored(delete_after);
        r.device = device;
        r.address = address;
        r.amr = amr;
        r.scope = scope;
        r.auth_time = from_stored(auth_time);
        return r;
    }
};

// One round trip to a server for all that a refresh must know.
template <find_kind Kind> struct find_session_query : session_columns {
    std::string uses, roles;
    long long counter = 0, ended = 0, generation = 0, disabled = 0;
    soci::indicator has_ended = soci::i_null;
    nullable_text end_reason, name, email;
    soci::statement statement;

    explicit find_session_query(soci::session& sql)
        : statement((sql.prepare << find_text(sql, Kind), soci::use(id), soci::into(user_id), soci::into(public_id),
                     soci::into(created), soci::into(last_used), soci::into(expires), soci::into(delete_after),
                     soci::into(counter), soci::into(uses), soci::into(device), soci::into(address), soci::into(amr),
                     soci::into(scope), soci::into(auth_time), soci::into(ended, has_ended),
                     soci::into(end_reason.value, end_reason.state), soci::into(name.value, name.state),
                     soci::into(email.value, email.state), soci::into(generation), soci::into(disabled),
                     soci::into(roles)))
    {}

    session_row row() const
    {
        auto r = session_columns::row();
        r.counter = static_cast<std::uint64_t>(counter);
        if (has_ended == soci::i_ok)
            r.ended = session_end{from_stored(ended), end_reason.get().value_or(std::string()), r.delete_after};
        return r;
    }
    session_owner owner() const
    {
        return {user_id, public_id, name.get(), email.get(), generation, disabled != 0, roles};
    }
};

template <find_kind Kind> core::result<found_session> find(session& s, std::string_view id)
{
    auto& q = s.prepared<find_session_query<Kind>>();
    q.id = id;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    found_session found{q.row(), q.owner()};
    const auto uses = read_uses(q.uses);
    if (!uses || q.counter < 0) {
        core::log::warning("a session's row was changed by another program and cannot be used", {{"session", id}});
        return core::errc::not_found;
    }
    found.row.uses = *uses;
    return found;
}

struct advance_query {
    std::string id, uses, address;
    long long seen = 0, counter = 0, last_used = 0, changed = 0;
    soci::statement statement;

    explicit advance_query(soci::session& sql)
        : statement((sql.prepare << "UPDATE watchword_session SET counter = :counter, uses = :uses, "
                                    "last_used = :last_used, address = :address "
                                    "WHERE id = :id AND counter = :seen AND ended IS NULL RETURNING counter",
                     soci::use(counter), soci::use(uses), soci::use(last_used), soci::use(address), soci::use(id),
                     soci::use(seen), soci::into(changed)))
    {}
};

// Apart from the one above, because its column is in an index and seldom changes.
struct postpone_query {
    std::string id;
    long long delete_after = 0;
    soci::statement statement;

    explicit postpone_query(soci::session& sql)
        : statement((sql.prepare << "UPDATE watchword_session SET delete_after = :delete_after WHERE id = :id",
                     soci::use(delete_after), soci::use(id)))
    {}
};

enum class end_kind { one, others, surplus };

std::string end_text(end_kind kind)
{
    const std::string end = "UPDATE watchword_session SET ended = :ended, end_reason = :reason, "
                            "delete_after = :delete_after WHERE user_id = :user_id AND ended IS NULL AND ",
                      which = kind == end_kind::one      ? "id = :id"
                              : kind == end_kind::others ? "id <> :id"
                                                         : "id IN (SELECT id FROM watchword_session WHERE user_id = "
                                                           ":same_user AND ended IS NULL ORDER BY last_used DESC, id "
                                                           "LIMIT 1000000 OFFSET CAST(:keep AS bigint))";
    return end + which + " RETURNING id";
}

struct end_variables {
    std::string reason, ended_id;
    long long ended = 0, delete_after = 0, user_id = 0;

    void set(std::int64_t user, const session_end& e)
    {
        user_id = user;
        ended = to_stored(e.when);
        reason = e.reason;
        delete_after = to_stored(e.delete_after);
    }
};

template <end_kind Kind> struct end_query : end_variables {
    std::string id;
    soci::statement statement;

    explicit end_query(soci::session& sql)
        : statement((sql.prepare << end_text(Kind), soci::use(ended), soci::use(reason), soci::use(delete_after),
                     soci::use(user_id), soci::use(id), soci::into(ended_id)))
    {}
};

struct end_surplus_query : end_variables {
    long long keep = 0;
    soci::statement statement;

    explicit end_surplus_query(soci::session& sql)
        : statement((sql.prepare << end_text(end_kind::surplus), soci::use(ended), soci::use(reason),
                     soci::use(delete_after), soci::use(user_id), soci::use(user_id), soci::use(keep),
                     soci::into(ended_id)))
    {}
};

template <class Query> std::vector<std::string> end_with(session& s, Query& q)
{
    std::vector<std::string> ids;
    q.statement.execute();
    while (q.statement.fetch()) ids.push_back(q.ended_id);
    if (!ids.empty()) s.mark_revoked();
    return ids;
}

struct list_sessions_query : session_columns {
    soci::statement statement;

    explicit list_sessions_query(soci::session& sql)
        : statement((sql.prepare << "SELECT id, public_id, created, last_used, expires, delete_after, device, address, "
                                    "amr, scope, auth_time FROM watchword_session "
                                    "WHERE user_id = :user_id AND ended IS NULL ORDER BY last_used DESC, id LIMIT 1000",
                     soci::use(user_id), soci::into(id), soci::into(public_id), soci::into(created),
                     soci::into(last_used), soci::into(expires), soci::into(delete_after), soci::into(device),
                     soci::into(address), soci::into(amr), soci::into(scope), soci::into(auth_time)))
    {}
};

// Several servers may do it at once: each leaves alone what another is at.
struct delete_query {
    long long now = 0, limit = 0;
    std::string id;
    soci::statement statement;

    static std::string text(soci::session& sql)
    {
        const std::string lock = is_sqlite(sql) ? "" : " FOR UPDATE SKIP LOCKED";
        return "DELETE FROM watchword_session WHERE id IN (SELECT id FROM watchword_session "
               "WHERE delete_after <= :now ORDER BY delete_after LIMIT :limit" +
               lock + ") RETURNING id";
    }

    explicit delete_query(soci::session& sql)
        : statement((sql.prepare << text(sql), soci::use(now), soci::use(limit), soci::into(id)))
    {}
};

} // namespace

core::result<session_owner> find_session_owner(session& s, std::string_view public_id)
{
    auto& q = s.prepared<find_owner_query>();
    q.public_id = public_id;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    return session_owner{q.id, q.public_id, q.name.get(), q.email.get(), q.generation, q.disabled != 0, q.roles};
}

core::result<session_owner> lock_session_owner(session& s, std::string_view public_id)
{
    const auto owner = find_session_owner(s, public_id);
    if (!owner) return owner.error();
    s.lock_name("sessions of " + std::to_string(owner->id));
    return find_session_owner(s, public_id); // whoever had the lock may have changed it
}

void add_session(session& s, const session_row& r)
{
    auto& q = s.prepared<add_session_query>();
    q.id = r.id;
    q.user_id = r.user_id;
    q.public_id = r.public_id;
    q.created = to_stored(r.created);
    q.last_used = to_stored(r.last_used);
    q.expires = to_stored(r.expires);
    q.delete_after = to_stored(r.delete_after);
    q.counter = static_cast<long long>(r.counter);
    q.uses = write_uses(r.uses);
    q.device = r.device;
    q.address = r.address;
    q.amr = r.amr;
    q.scope = r.scope;
    q.auth_time = to_stored(r.auth_time);
    q.statement.execute(true);
}

core::result<found_session> find_session(session& s, std::string_view id)
{
    return find<find_kind::plain>(s, id);
}

core::result<std::optional<found_session>> lock_session(session& s, std::string_view id)
{
    auto found = find<find_kind::locking>(s, id);
    if (found) return std::optional(std::move(*found));
    if (s.kind() == dialect::sqlite) return found.error(); // there is one writer
    if (find<find_kind::plain>(s, id)) return std::optional<found_session>();
    return found.error();
}

core::result<void> advance_session(session& s, const session_row& seen, const session_row& next)
{
    auto& q = s.prepared<advance_query>();
    q.id = seen.id;
    q.seen = static_cast<long long>(seen.counter);
    q.counter = static_cast<long long>(next.counter);
    q.uses = write_uses(next.uses);
    q.last_used = to_stored(next.last_used);
    q.address = next.address;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    if (next.delete_after == seen.delete_after) return {};
    auto& p = s.prepared<postpone_query>();
    p.id = seen.id;
    p.delete_after = to_stored(next.delete_after);
    p.statement.execute(true);
    return {};
}

core::result<void> end_session(session& s, std::int64_t user_id, std::string_view id, const session_end& e)
{
    auto& q = s.prepared<end_query<end_kind::one>>();
    q.set(user_id, e);
    q.id = id;
    if (end_with(s, q).empty()) return core::errc::not_found;
    return {};
}

std::vector<std::string> end_other_sessions(session& s, std::int64_t user_id, std::string_view except,
                                            const session_end& e)
{
    auto& q = s.prepared<end_query<end_kind::others>>();
    q.set(user_id, e);
    q.id = except;
    return end_with(s, q);
}

std::vector<std::string> end_all_sessions(session& s, std::int64_t user_id, const session_end& e)
{
    return end_other_sessions(s, user_id, {}, e); // no id is empty
}

std::vector<std::string> end_surplus_sessions(session& s, std::int64_t user_id, std::size_t keep, const session_end& e)
{
    auto& q = s.prepared<end_surplus_query>();
    q.set(user_id, e);
    q.keep = static_cast<long long>(keep);
    return end_with(s, q);
}

std::vector<session_row> list_sessions(session& s, std::int64_t user_id)
{
    auto& q = s.prepared<list_sessions_query>();
    q.user_id = user_id;
    std::vector<session_row> all;
    q.statement.execute();
    while (q.statement.fetch()) all.push_back(q.row());
    return all;
}

std::size_t delete_expired_sessions(session& s, core::precise_timestamp now, std::size_t limit)
{
    auto& q = s.prepared<delete_query>();
    q.now = to_stored(now);
    q.limit = static_cast<long long>(limit);
    std::size_t count = 0;
    q.statement.execute();
    while (q.statement.fetch()) ++count;
    return count;
}

} // namespace watchword::store
