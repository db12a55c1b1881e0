#include "store/api_keys.hpp"

#include "store/failure.hpp"
#include "store/nullable_time.hpp"
#include "store/open.hpp"
#include "store/session.hpp"

#include <stdexcept>

namespace watchword::store {
namespace {

struct key_columns {
    std::string id, name, prefix, permissions, created_by;
    long long created = 0;
    nullable_time expires, last_used;

    api_key_row row(std::string digest = {}) const
    {
        return {id,
                name,
                prefix,
                std::move(digest),
                permissions,
                from_stored(created),
                expires.get(),
                last_used.get(),
                created_by};
    }
};

struct add_api_key_query : key_columns {
    std::string digest, added;
    soci::statement statement;

    explicit add_api_key_query(soci::session& sql)
        : statement((sql.prepare << "INSERT INTO watchword_api_key (id, name, prefix, digest, permissions, created, "
                                    "expires, last_used, created_by) VALUES (:id, :name, :prefix, :digest, "
                                    ":permissions, :created, :expires, :last_used, :created_by) "
                                    "ON CONFLICT DO NOTHING RETURNING id",
                     soci::use(id), soci::use(name), soci::use(prefix), soci::use(digest), soci::use(permissions),
                     soci::use(created), soci::use(expires.value, expires.state),
                     soci::use(last_used.value, last_used.state), soci::use(created_by), soci::into(added)))
    {}
};

constexpr const char* columns =
    "SELECT id, name, prefix, permissions, created, expires, last_used, created_by FROM watchword_api_key ";

struct find_api_key_query : key_columns {
    std::string wanted;
    soci::statement statement;

    explicit find_api_key_query(soci::session& sql)
        : statement((sql.prepare << columns + std::string("WHERE id = :id"), soci::use(wanted), soci::into(id),
                     soci::into(name), soci::into(prefix), soci::into(permissions), soci::into(created),
                     soci::into(expires.value, expires.state), soci::into(last_used.value, last_used.state),
                     soci::into(created_by)))
    {}
};

struct find_by_digest_query : key_columns {
    std::string digest;
    soci::statement statement;

    explicit find_by_digest_query(soci::session& sql)
        : statement((sql.prepare << columns + std::string("WHERE digest = :digest"), soci::use(digest), soci::into(id),
                     soci::into(name), soci::into(prefix), soci::into(permissions), soci::into(created),
                     soci::into(expires.value, expires.state), soci::into(last_used.value, last_used.state),
                     soci::into(created_by)))
    {}
};

struct list_api_keys_query : key_columns {
    soci::statement statement;

    explicit list_api_keys_query(soci::session& sql)
        : statement((sql.prepare << columns + std::string("ORDER BY created, id LIMIT 1000"), soci::into(id),
                     soci::into(name), soci::into(prefix), soci::into(permissions), soci::into(created),
                     soci::into(expires.value, expires.state), soci::into(last_used.value, last_used.state),
                     soci::into(created_by)))
    {}
};

struct remove_api_key_query {
    std::string id, removed;
    soci::statement statement;

    explicit remove_api_key_query(soci::session& sql)
        : statement((sql.prepare << "DELETE FROM watchword_api_key WHERE id = :id RETURNING id", soci::use(id),
                     soci::into(removed)))
    {}
};

struct note_use_query {
    std::string id;
    long long when = 0;
    soci::statement statement;

    explicit note_use_query(soci::session& sql)
        : statement((sql.prepare << "UPDATE watchword_api_key SET last_used = :when WHERE id = :id "
                                    "AND (last_used IS NULL OR last_used < :same_time)",
                     soci::use(when), soci::use(id), soci::use(when)))
    {}
};

} // namespace

core::result<void> add_api_key(session& s, const api_key_row& r)
{
    auto& q = s.prepared<add_api_key_query>();
    q.id = r.id;
    q.name = r.name;
    q.prefix = r.prefix;
    q.digest = r.digest;
    q.permissions = r.permissions;
    q.created = to_stored(r.created);
    q.expires.set(r.expires);
    q.last_used.set(r.last_used);
    q.created_by = r.created_by;
    if (!fetch_one(q.statement)) return core::errc::already_exists;
    s.mark_revoked();
    return {};
}

core::result<api_key_row> find_api_key(session& s, std::string_view id)
{
    auto& q = s.prepared<find_api_key_query>();
    q.wanted = id;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    return q.row();
}

core::result<api_key_row> find_api_key_by_digest(session& s, std::string_view digest)
{
    auto& q = s.prepared<find_by_digest_query>();
    q.digest = digest;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    return q.row(q.digest);
}

std::vector<api_key_row> list_api_keys(session& s)
{
    auto& q = s.prepared<list_api_keys_query>();
    std::vector<api_key_row> all;
    q.statement.execute();
    while (q.statement.fetch()) all.push_back(q.row());
    return all;
}

core::result<void> remove_api_key(session& s, std::string_view id)
{
    auto& q = s.prepared<remove_api_key_query>();
    q.id = id;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    s.mark_revoked();
    return {};
}

void note_use_of_api_key(session& s, std::string_view id, core::precise_timestamp when)
{
    auto& q = s.prepared<note_use_query>();
    q.id = id;
    q.when = to_stored(when);
    q.statement.execute(true);
}

std::vector<api_key_row> read_api_keys(const database_settings& settings)
try {
    const auto opened = open_backend_for_reading(settings);
    const auto reader = opened->connect(access::read);
    if (!reader->has_table("watchword_api_key")) return {};
    return list_api_keys(*reader);
} catch (const soci::soci_error& e) {
    throw std::runtime_error("the database cannot be read: " + describe(e));
}

} // namespace watchword::store
