#include "store/users.hpp"

#include "store/session.hpp"

#include <algorithm>

namespace watchword::store {
namespace {

// A column that may be NULL, as SOCI binds it. (soci::use keeps a reference to a temporary: it must stand in the
// expression that prepares the statement, not in a function of its own.)
struct text {
    std::string value;
    soci::indicator state = soci::i_null;

    void set(const std::optional<std::string>& v)
    {
        state = v ? soci::i_ok : soci::i_null;
        value = v.value_or(std::string());
    }
    std::optional<std::string> get() const { return state == soci::i_null ? std::nullopt : std::optional(value); }
};

struct add_user_query {
    text public_id, name, email, password;
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

struct find_by_email_query {
    std::string key;
    long long id = 0;
    text public_id, name, email, password;
    soci::statement statement;

    explicit find_by_email_query(soci::session& sql)
        : statement((sql.prepare << "SELECT id, public_id, name, email, password FROM \"user\" WHERE email = :email",
                     soci::use(key), soci::into(id), soci::into(public_id.value, public_id.state),
                     soci::into(name.value, name.state), soci::into(email.value, email.state),
                     soci::into(password.value, password.state)))
    {}
};

struct exists_query {
    std::string public_id;
    long long id = 0;
    soci::statement statement;

    explicit exists_query(soci::session& sql)
        : statement((sql.prepare << "SELECT id FROM \"user\" WHERE public_id = :public_id", soci::use(public_id),
                     soci::into(id)))
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

struct list_query {
    long long after = 0, limit = 0, id = 0;
    text public_id, name, email;
    soci::statement statement;

    explicit list_query(soci::session& sql)
        : statement((sql.prepare << "SELECT id, public_id, name, email FROM \"user\" WHERE id > :after "
                                    "ORDER BY id LIMIT :limit",
                     soci::use(after), soci::use(limit), soci::into(id), soci::into(public_id.value, public_id.state),
                     soci::into(name.value, name.state), soci::into(email.value, email.state)))
    {}
};

} // namespace

core::result<std::int64_t> add_user(session& s, const new_user& u)
{
    auto& q = s.prepared<add_user_query>();
    q.public_id.set(u.public_id);
    q.name.set(u.name);
    q.email.set(u.email);
    q.password.set(u.password_hash);
    if (!fetch_one(q.statement)) return core::errc::already_exists;
    s.mark_users_changed();
    return q.id;
}

core::result<user> find_user_by_email(session& s, std::string_view email)
{
    auto& q = s.prepared<find_by_email_query>();
    q.key = email;
    if (!fetch_one(q.statement)) return core::errc::not_found;
    return user{q.id, q.public_id.get(), q.name.get(), q.email.get(), q.password.get()};
}

core::result<bool> user_exists(session& s, std::string_view public_id)
{
    auto& q = s.prepared<exists_query>();
    q.public_id = public_id;
    return fetch_one(q.statement);
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
