#include "store/stored_settings.hpp"

#include "store/session.hpp"

namespace watchword::store {
namespace {

struct find_setting_query {
    std::string name, value;
    soci::statement statement;

    explicit find_setting_query(soci::session& sql)
        : statement((sql.prepare << "SELECT value FROM watchword_setting WHERE name = :name", soci::use(name),
                     soci::into(value)))
    {}
};

struct set_setting_query {
    std::string name, value;
    soci::statement statement;

    explicit set_setting_query(soci::session& sql)
        : statement((sql.prepare << "INSERT INTO watchword_setting (name, value) VALUES (:name, :value) "
                                    "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                     soci::use(name), soci::use(value)))
    {}
};

} // namespace

core::result<std::string> find_setting(session& s, std::string_view name)
{
    auto& q = s.prepared<find_setting_query>();
    q.name = name;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    return q.value;
}

void set_setting(session& s, std::string_view name, std::string_view value)
{
    auto& q = s.prepared<set_setting_query>();
    q.name = name;
    q.value = value;
    q.statement.execute(true);
}

} // namespace watchword::store
