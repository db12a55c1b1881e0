#include "store/users.hpp"

#include "core/caseless.hpp"
#include "store/email_keys.hpp"
#include "store/nullable_text.hpp"
#include "store/profiles.hpp"
#include "store/session.hpp"

#include <algorithm>

namespace watchword::store {
namespace {

struct count_query {
    long long count = 0;
    soci::statement statement;

    explicit count_query(soci::session& sql)
        : statement((sql.prepare << "SELECT count(*) FROM \"user\"", soci::into(count)))
    {}
};

struct add_user_query {
    nullable_text public_id, name, email, password;
    long long id = 0;
    soci::statement statement;

    explicit add_user_query(soci::session& sql)
        : statement((sql.prepare << "INSERT INTO \"user\" (public_id, name, email, password) "
                                    "VALUES (:public_id, :name, :email, :password) "
                                    "ON CONFLICT (email) DO NOTHING RETURNING id",
                     soci::use(public_id.value, public_id.state), soci::use(name.value, name.state),
                     soci::use(email.value, email.state), soci::use(password.value, password.state), soci::into(id)))
    {}
};

// A whole row.
struct user_columns {
    long long id = 0;
    nullable_text public_id, name, email, password;

    user get() const { return {id, public_id.get(), name.get(), email.get(), password.get()}; }
};

struct find_by_email_query : user_columns {
    std::string key;
    soci::statement statement;

    explicit find_by_email_query(soci::session& sql)
        : statement((sql.prepare << "SELECT id, public_id, name, email, password FROM \"user\" WHERE email = :email",
                     soci::use(key), soci::into(id), soci::into(public_id.value, public_id.state),
                     soci::into(name.value, name.state), soci::into(email.value, email.state),
                     soci::into(password.value, password.state)))
    {}
};

// A row of watchword_email_key may be about an address that another program has changed since.
struct find_similar_query : user_columns {
    std::string key, same_key;
    soci::statement statement;

    explicit find_similar_query(soci::session& sql)
        : statement((sql.prepare << "SELECT id, public_id, name, email, password FROM \"user\" WHERE email = :key "
                                    "UNION ALL SELECT u.id, u.public_id, u.name, u.email, u.password "
                                    "FROM watchword_email_key AS k JOIN \"user\" AS u ON u.id = k.user_id "
                                    "WHERE k.email_key = :same_key",
                     soci::use(key), soci::use(same_key), soci::into(id), soci::into(public_id.value, public_id.state),
                     soci::into(name.value, name.state), soci::into(email.value, email.state),
                     soci::into(password.value, password.state)))
    {}
};

struct find_by_public_id_query : user_columns {
    std::string key;
    soci::statement statement;

    explicit find_by_public_id_query(soci::session& sql)
        : statement(
              (sql.prepare << "SELECT id, public_id, name, email, password FROM \"user\" WHERE public_id = :public_id",
               soci::use(key), soci::into(id), soci::into(public_id.value, public_id.state),
               soci::into(name.value, name.state), soci::into(email.value, email.state),
               soci::into(password.value, password.state)))
    {}
};

// What refers to the user goes by the tables' references.
struct delete_user_query {
    long long id = 0, deleted = 0;
    soci::statement statement;

    explicit delete_user_query(soci::session& sql)
        : statement(
              (sql.prepare << "DELETE FROM \"user\" WHERE id = :id RETURNING id", soci::use(id), soci::into(deleted)))
    {}
};

struct set_hash_query {
    std::string hash, old_hash;
    long long id = 0, changed = 0;
    soci::statement statement;

    explicit set_hash_query(soci::session& sql)
        : statement((sql.prepare << "UPDATE \"user\" SET password = :hash WHERE id = :id AND password = :old "
                                    "RETURNING id",
                     soci::use(hash), soci::use(id), soci::use(old_hash), soci::into(changed)))
    {}
};

struct replace_hash_query {
    std::string hash;
    long long id = 0, changed = 0;
    soci::statement statement;

    explicit replace_hash_query(soci::session& sql)
        : statement((sql.prepare << "UPDATE \"user\" SET password = :hash WHERE id = :id RETURNING id", soci::use(hash),
                     soci::use(id), soci::into(changed)))
    {}
};

struct set_email_query {
    std::string email;
    long long id = 0, changed = 0;
    soci::statement statement;

    explicit set_email_query(soci::session& sql)
        : statement((sql.prepare << "UPDATE \"user\" SET email = :email WHERE id = :id RETURNING id", soci::use(email),
                     soci::use(id), soci::into(changed)))
    {}
};

struct set_name_query {
    nullable_text name;
    long long id = 0, changed = 0;
    soci::statement statement;

    explicit set_name_query(soci::session& sql)
        : statement((sql.prepare << "UPDATE \"user\" SET name = :name WHERE id = :id RETURNING id",
                     soci::use(name.value, name.state), soci::use(id), soci::into(changed)))
    {}
};

// Flask's table on PostgreSQL has ids of 32 bits, and without the cast the bound would have to fit.
struct list_query {
    long long after = 0, limit = 0, id = 0;
    nullable_text public_id, name, email;
    soci::statement statement;

    explicit list_query(soci::session& sql)
        : statement((sql.prepare << "SELECT id, public_id, name, email FROM \"user\" WHERE id > CAST(:after AS bigint) "
                                    "ORDER BY id LIMIT :limit",
                     soci::use(after), soci::use(limit), soci::into(id), soci::into(public_id.value, public_id.state),
                     soci::into(name.value, name.state), soci::into(email.value, email.state)))
    {}
};

// Everybody whose address has that key.
std::vector<user> find_users_by_key(session& s, const std::string& key)
{
    auto& q = s.prepared<find_similar_query>();
    q.key = q.same_key = key;
    std::vector<user> found;
    q.statement.execute();
    while (q.statement.fetch()) {
        user u = q.get();
        const bool known = std::any_of(found.begin(), found.end(), [&](const user& f) { return f.id == u.id; });
        if (!known && u.email && email_key(*u.email) == key) found.push_back(std::move(u));
    }
    return found;
}

} // namespace

core::result<std::int64_t> add_user(session& s, const new_user& u)
{
    auto& q = s.prepared<add_user_query>();
    q.public_id.set(u.public_id);
    q.name.set(u.name);
    q.email.set(u.email);
    q.password.set(u.password_hash);
    if (!fetch_one(q.statement)) return core::errc::already_exists;
    if (!core::is_caseless_key(u.email)) keep_email_key(s, q.id, u.email);
    if (u.created) keep_profile(s, q.id, {*u.created, {}, u.created}).value();
    s.mark_users_changed();
    return q.id;
}

core::result<std::int64_t> add_user_if_dissimilar(session& s, const new_user& u)
{
    const std::string key = email_key(u.email);
    s.lock_name("email " + key);
    if (!find_users_by_key(s, key).empty()) return core::errc::already_exists;
    return add_user(s, u);
}

core::result<user> find_user_by_email(session& s, std::string_view email)
{
    auto& q = s.prepared<find_by_email_query>();
    q.key = email;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    return q.get();
}

core::result<user> find_user_by_similar_email(session& s, std::string_view email)
{
    auto exact = find_user_by_email(s, email);
    auto similar = find_users_by_key(s, email_key(email));
    if (exact || exact.error() != core::errc::not_found) return exact;
    if (similar.size() != 1) return core::errc::not_found;
    return std::move(similar.front());
}

std::int64_t count_users(session& s)
{
    auto& q = s.prepared<count_query>();
    fetch_one(q.statement);
    return q.count;
}

bool is_known(session& s, std::string_view email, same_address compared)
{
    return compared == same_address::exact ? find_user_by_email(s, email).has_value()
                                           : !find_users_by_key(s, email_key(email)).empty();
}

core::result<user> find_user_by_public_id(session& s, std::string_view public_id)
{
    auto& q = s.prepared<find_by_public_id_query>();
    q.key = public_id;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    return q.get();
}

core::result<void> delete_user(session& s, std::int64_t id)
{
    auto& q = s.prepared<delete_user_query>();
    q.id = id;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    s.mark_users_changed();
    s.mark_revoked();
    return {};
}

core::result<void> set_password_hash(session& s, std::int64_t id, std::string_view hash, std::string_view only_if_hash)
{
    auto& q = s.prepared<set_hash_query>();
    q.id = id;
    q.hash = hash;
    q.old_hash = only_if_hash;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    s.mark_users_changed();
    return {};
}

core::result<void> replace_password_hash(session& s, std::int64_t id, std::string_view hash)
{
    auto& q = s.prepared<replace_hash_query>();
    q.id = id;
    q.hash = hash;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    s.mark_users_changed();
    return {};
}

core::result<void> set_email_if_dissimilar(session& s, std::int64_t id, std::string_view email)
{
    const std::string key = email_key(email);
    s.lock_name("email " + key);
    const auto same = find_users_by_key(s, key);
    if (std::any_of(same.begin(), same.end(), [&](const user& u) { return u.id != id; }))
        return core::errc::already_exists;
    auto& q = s.prepared<set_email_query>();
    q.id = id;
    q.email = email;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    keep_email_key(s, id, email);
    s.mark_users_changed();
    return {};
}

core::result<void> set_name(session& s, std::int64_t id, const std::optional<std::string>& name)
{
    auto& q = s.prepared<set_name_query>();
    q.id = id;
    q.name.set(name);
    if (!fetch_one(q.statement)) return core::errc::not_found;
    s.mark_users_changed();
    return {};
}

core::result<std::vector<user>> list_users(session& s, std::int64_t after_id, std::size_t limit)
{
    auto& q = s.prepared<list_query>();
    q.after = after_id;
    q.limit = static_cast<long long>(std::min<std::size_t>(limit, std::numeric_limits<std::int32_t>::max()));
    std::vector<user> page;
    q.statement.execute();
    while (q.statement.fetch()) page.push_back({q.id, q.public_id.get(), q.name.get(), q.email.get(), std::nullopt});
    return page;
}

} // namespace watchword::store
