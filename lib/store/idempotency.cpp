#include "store/idempotency.hpp"

#include "store/nullable_text.hpp"
#include "store/session.hpp"
#include "store/stored_time.hpp"

namespace watchword::store {
namespace {

struct find_query {
    std::string key, caller, request;
    long long number = 0, created = 0, expires = 0;
    nullable_text answer;
    soci::statement statement;

    explicit find_query(soci::session& sql)
        : statement((sql.prepare << "SELECT number, caller, request, created, expires, answer "
                                    "FROM watchword_idempotency WHERE key = :key",
                     soci::use(key), soci::into(number), soci::into(caller), soci::into(request), soci::into(created),
                     soci::into(expires), soci::into(answer.value, answer.state)))
    {}
};

struct add_query {
    std::string key, caller, request;
    long long number = 0, created = 0, expires = 0;
    soci::statement statement;

    explicit add_query(soci::session& sql)
        : statement((sql.prepare << "INSERT INTO watchword_idempotency (key, caller, request, created, expires) "
                                    "VALUES (:key, :caller, :request, :created, :expires) "
                                    "ON CONFLICT (key) DO NOTHING RETURNING number",
                     soci::use(key), soci::use(caller), soci::use(request), soci::use(created), soci::use(expires),
                     soci::into(number)))
    {}
};

struct set_answer_query {
    std::string key, answer;
    long long number = 0, changed = 0;
    soci::statement statement;

    explicit set_answer_query(soci::session& sql)
        : statement((sql.prepare << "UPDATE watchword_idempotency SET answer = :answer WHERE number = :number "
                                    "AND key = :key AND answer IS NULL RETURNING number",
                     soci::use(answer), soci::use(number), soci::use(key), soci::into(changed)))
    {}
};

struct remove_unanswered_query {
    std::string key;
    long long number = 0;
    soci::statement statement;

    explicit remove_unanswered_query(soci::session& sql)
        : statement((sql.prepare << "DELETE FROM watchword_idempotency WHERE number = :number AND key = :key "
                                    "AND answer IS NULL",
                     soci::use(number), soci::use(key)))
    {}
};

struct remove_query {
    long long number = 0;
    soci::statement statement;

    explicit remove_query(soci::session& sql)
        : statement((sql.prepare << "DELETE FROM watchword_idempotency WHERE number = :number", soci::use(number)))
    {}
};

// Several servers may do it at once: each leaves alone what another is at.
std::string deletion_text(soci::session& sql, const std::string& which)
{
    const std::string lock = sql.get_backend_name() == "sqlite3" ? "" : " FOR UPDATE SKIP LOCKED";
    return "DELETE FROM watchword_idempotency WHERE number IN (SELECT number FROM watchword_idempotency WHERE " +
           which + lock + ") RETURNING number";
}

struct delete_expired_query {
    long long now = 0, limit = 0, number = 0;
    soci::statement statement;

    explicit delete_expired_query(soci::session& sql)
        : statement((sql.prepare << deletion_text(sql, "expires <= :now ORDER BY expires LIMIT :limit"), soci::use(now),
                     soci::use(limit), soci::into(number)))
    {}
};

struct delete_surplus_query {
    std::string caller;
    long long keep = 0, limit = 0, number = 0;
    soci::statement statement;

    explicit delete_surplus_query(soci::session& sql)
        : statement((sql.prepare << deletion_text(sql, "caller = :caller AND number <= (SELECT number FROM "
                                                       "watchword_idempotency WHERE caller = :same_caller "
                                                       "ORDER BY number DESC LIMIT 1 OFFSET CAST(:keep AS bigint)) "
                                                       "ORDER BY number LIMIT :limit"),
                     soci::use(caller), soci::use(caller), soci::use(keep), soci::use(limit), soci::into(number)))
    {}
};

struct delete_old_query {
    long long last = 0, limit = 0, number = 0;
    soci::statement statement;

    explicit delete_old_query(soci::session& sql)
        : statement((sql.prepare << deletion_text(sql, "number <= :last ORDER BY number LIMIT :limit"), soci::use(last),
                     soci::use(limit), soci::into(number)))
    {}
};

std::size_t count_rows(soci::statement& statement)
{
    std::size_t count = 0;
    statement.execute();
    while (statement.fetch()) ++count;
    return count;
}

} // namespace

core::result<idempotency_row> find_idempotency_row(session& s, std::string_view key)
{
    auto& q = s.prepared<find_query>();
    q.key = key;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    return idempotency_row{q.number,      q.key, q.caller, q.request, from_stored(q.created), from_stored(q.expires),
                           q.answer.get()};
}

core::result<std::int64_t> add_idempotency_row(session& s, const idempotency_row& r)
{
    auto& q = s.prepared<add_query>();
    q.key = r.key;
    q.caller = r.caller;
    q.request = r.request;
    q.created = to_stored(r.created);
    q.expires = to_stored(r.expires);
    if (!fetch_one(q.statement)) return core::errc::already_exists;
    return q.number;
}

core::result<void> set_idempotency_answer(session& s, std::int64_t number, std::string_view key,
                                          std::string_view answer)
{
    auto& q = s.prepared<set_answer_query>();
    q.number = number;
    q.key = key;
    q.answer = answer;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    return {};
}

void remove_unanswered_row(session& s, std::int64_t number, std::string_view key)
{
    auto& q = s.prepared<remove_unanswered_query>();
    q.number = number;
    q.key = key;
    q.statement.execute(true);
}

void remove_idempotency_row(session& s, std::int64_t number)
{
    auto& q = s.prepared<remove_query>();
    q.number = number;
    q.statement.execute(true);
}

std::size_t delete_expired_idempotency(session& s, core::precise_timestamp now, std::size_t limit)
{
    auto& q = s.prepared<delete_expired_query>();
    q.now = to_stored(now);
    q.limit = static_cast<long long>(limit);
    return count_rows(q.statement);
}

std::size_t delete_surplus_idempotency(session& s, std::string_view caller, std::size_t keep, std::size_t limit)
{
    auto& q = s.prepared<delete_surplus_query>();
    q.caller = caller;
    q.keep = static_cast<long long>(keep);
    q.limit = static_cast<long long>(limit);
    return count_rows(q.statement);
}

std::size_t delete_old_idempotency(session& s, std::int64_t last, std::size_t limit)
{
    auto& q = s.prepared<delete_old_query>();
    q.last = last;
    q.limit = static_cast<long long>(limit);
    return count_rows(q.statement);
}

} // namespace watchword::store
