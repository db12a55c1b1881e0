#include "store/roles.hpp"

#include "store/failure.hpp"
#include "store/open.hpp"
#include "store/session.hpp"

#include <stdexcept>

namespace watchword::store {
namespace {

struct list_roles_query {
    std::string name, permissions;
    soci::statement statement;

    explicit list_roles_query(soci::session& sql)
        : statement((sql.prepare << "SELECT name, permissions FROM watchword_role ORDER BY name LIMIT 1000",
                     soci::into(name), soci::into(permissions)))
    {}
};

struct find_role_query {
    std::string name, permissions;
    soci::statement statement;

    explicit find_role_query(soci::session& sql)
        : statement((sql.prepare << "SELECT permissions FROM watchword_role WHERE name = :name", soci::use(name),
                     soci::into(permissions)))
    {}
};

struct keep_role_query {
    std::string name, permissions;
    soci::statement statement;

    explicit keep_role_query(soci::session& sql)
        : statement((sql.prepare << "INSERT INTO watchword_role (name, permissions) VALUES (:name, :permissions) "
                                    "ON CONFLICT (name) DO UPDATE SET permissions = excluded.permissions",
                     soci::use(name), soci::use(permissions)))
    {}
};

struct remove_role_query {
    std::string name, removed;
    soci::statement statement;

    explicit remove_role_query(soci::session& sql)
        : statement((sql.prepare << "DELETE FROM watchword_role WHERE name = :name RETURNING name", soci::use(name),
                     soci::into(removed)))
    {}
};

} // namespace

std::vector<role_row> list_roles(session& s)
{
    auto& q = s.prepared<list_roles_query>();
    std::vector<role_row> all;
    q.statement.execute();
    while (q.statement.fetch()) all.push_back({q.name, q.permissions});
    return all;
}

core::result<role_row> find_role(session& s, std::string_view name)
{
    auto& q = s.prepared<find_role_query>();
    q.name = name;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    return role_row{q.name, q.permissions};
}

void keep_role(session& s, const role_row& r)
{
    auto& q = s.prepared<keep_role_query>();
    q.name = r.name;
    q.permissions = r.permissions;
    q.statement.execute(true);
    s.mark_revoked();
}

core::result<void> remove_role(session& s, std::string_view name)
{
    auto& q = s.prepared<remove_role_query>();
    q.name = name;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    s.mark_revoked();
    return {};
}

std::vector<role_row> read_roles(const database_settings& settings)
try {
    const auto opened = open_backend_for_reading(settings);
    const auto reader = opened->connect(access::read);
    if (!reader->has_table("watchword_role")) return {};
    return list_roles(*reader);
} catch (const soci::soci_error& e) {
    throw std::runtime_error("the database cannot be read: " + describe(e));
}

} // namespace watchword::store
